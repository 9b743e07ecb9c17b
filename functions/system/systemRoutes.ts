/** What the service says of itself, and to each client of what that client may see (contract §10). */

import { type Route, route } from '../http/route.ts';
import { MOUNT } from '../tree/mountObject.ts';
import { healthRoutes } from './health.ts';
import { readResultantAcl } from './resultantAcl.ts';
import { listVisible, readVisible } from './visibleMounts.ts';

export const systemRoutes: readonly Route[] = [
  ...healthRoutes,
  route({
    path: 'sys/internal/ui/mounts',
    open: 'optional',
    answers: { read: { secret: 'map', auth: 'map' } },
    read: listVisible,
  }),
  route({
    path: 'sys/internal/ui/mounts/:path*',
    open: 'optional',
    answers: { read: { ...MOUNT, path: 'string' } },
    read: readVisible,
  }),
  route({
    path: 'sys/internal/ui/resultant-acl',
    answers: { read: { root: 'bool', 'exact_paths?': 'map', 'glob_paths?': 'map' } },
    read: readResultantAcl,
  }),
];
