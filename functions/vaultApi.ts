/** The whole API: every endpoint of the built-in mounts of each namespace, and every engine. */

import { bulkRoutes } from './bulk/bulkRoutes.ts';
import { capabilityRoutes } from './credentials/capabilityRoutes.ts';
import { leaseRoutes } from './credentials/leaseRoutes.ts';
import { tokenRoleRoutes } from './credentials/tokenRoleRoutes.ts';
import { tokenRoutes } from './credentials/tokenRoutes.ts';
import { cubbyholeRoutes } from './cubbyhole/cubbyholeRoutes.ts';
import { engines } from './engines/catalog.ts';
import type { Api } from './gateway/api.ts';
import type { Route } from './http/route.ts';
import { policyRoutes } from './policies/policyRoutes.ts';
import { aliasRoutes } from './remount/aliasRoutes.ts';
import { listRoute } from './remount/listRoute.ts';
import { migrationRoutes } from './remount/migrationRoutes.ts';
import { remountRoutes } from './remount/remountRoutes.ts';
import { statusRoutes } from './remount/statusRoutes.ts';
import { scheduleRoutes } from './schedules/scheduleRoutes.ts';
import { openapiRoute } from './system/openapi.ts';
import { systemRoutes } from './system/systemRoutes.ts';
import { mountRoutes } from './tree/mountRoutes.ts';
import { namespaceRoutes } from './tree/namespaceRoutes.ts';
import { wrappingRoutes } from './wrapping/wrappingRoutes.ts';
import { wrapReply } from './wrapping/wrapReply.ts';

const builtin: readonly Route[] = [
  ...remountRoutes,
  ...statusRoutes,
  ...bulkRoutes,
  listRoute,
  ...aliasRoutes,
  ...migrationRoutes,
  ...scheduleRoutes,
  ...mountRoutes,
  ...namespaceRoutes,
  ...policyRoutes,
  ...capabilityRoutes,
  ...leaseRoutes,
  ...tokenRoutes,
  ...tokenRoleRoutes,
  ...systemRoutes,
  ...wrappingRoutes,
  ...cubbyholeRoutes,
  openapiRoute(() => vaultApi),
];

export const vaultApi: Api = { builtin, engines, wrap: wrapReply };
