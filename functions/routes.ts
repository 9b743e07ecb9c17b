/** Every endpoint of the built-in mounts of each namespace, in one list. */

import { bulkRoutes } from './bulk/bulkRoutes.ts';
import { cubbyholeRoutes } from './cubbyhole/cubbyholeRoutes.ts';
import { engines } from './engines/catalog.ts';
import type { Route } from './http/route.ts';
import { leaseRoutes } from './leases/leaseRoutes.ts';
import { mountRoutes } from './mounts/mountRoutes.ts';
import { namespaceRoutes } from './namespaces/namespaceRoutes.ts';
import { capabilityRoutes } from './policies/capabilityRoutes.ts';
import { policyRoutes } from './policies/policyRoutes.ts';
import { listRoute } from './remount/listRoute.ts';
import { migrationRoutes } from './remount/migrationRoutes.ts';
import { remountRoutes } from './remount/remountRoutes.ts';
import { statusRoutes } from './remount/statusRoutes.ts';
import { scheduleRoutes } from './schedules/scheduleRoutes.ts';
import { openapiRoute } from './system/openapiRoute.ts';
import { systemRoutes } from './system/systemRoutes.ts';
import { tokenRoutes } from './tokens/tokenRoutes.ts';
import { wrappingRoutes } from './wrapping/wrappingRoutes.ts';

export const builtinRoutes: readonly Route[] = [
  ...remountRoutes,
  ...statusRoutes,
  ...bulkRoutes,
  listRoute,
  ...migrationRoutes,
  ...scheduleRoutes,
  ...mountRoutes,
  ...namespaceRoutes,
  ...policyRoutes,
  ...capabilityRoutes,
  ...leaseRoutes,
  ...tokenRoutes,
  ...systemRoutes,
  ...wrappingRoutes,
  ...cubbyholeRoutes,
  openapiRoute(() => ({ builtin: builtinRoutes, engines })),
];
