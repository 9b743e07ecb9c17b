/** What the service says of itself, and to each client of what that client may see (contract §10). */

import { type Route, route } from '../http/route.ts';
import { healthRoutes } from './health.ts';
import { readResultantAcl } from './resultantAcl.ts';
import { listVisible, readVisible } from './visibleMounts.ts';

export const systemRoutes: readonly Route[] = [
  ...healthRoutes,
  route({ path: 'sys/internal/ui/mounts', open: 'optional', read: listVisible }),
  route({ path: 'sys/internal/ui/mounts/:path*', open: 'optional', read: readVisible }),
  route({ path: 'sys/internal/ui/resultant-acl', read: readResultantAcl }),
];
