/** What the service says of itself, and to each client of what that client may see (contract §10). */

import { type Route, route } from '../http/route.ts';
import { healthRoutes } from './health.ts';
import { RESULTANT_ACL, readResultantAcl } from './resultantAcl.ts';
import { listVisible, readVisible, VISIBLE, VISIBLE_MOUNT } from './visibleMounts.ts';

export const systemRoutes: readonly Route[] = [
  ...healthRoutes,
  route({
    path: 'sys/internal/ui/mounts',
    open: 'optional',
    answers: { read: VISIBLE },
    read: listVisible,
  }),
  route({
    path: 'sys/internal/ui/mounts/:path*',
    open: 'optional',
    answers: { read: VISIBLE_MOUNT },
    read: readVisible,
  }),
  route({
    path: 'sys/internal/ui/resultant-acl',
    answers: { read: RESULTANT_ACL },
    read: readResultantAcl,
  }),
];
