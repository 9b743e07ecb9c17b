/** The auth method `approle`: machines log in with the role-id of a role and a secret-id (contract §8.2). */

import type { Engine } from '../engine.ts';
import { approleLoginRoute } from './login.ts';
import { renewalOfRole } from './role.ts';
import { approleRoleRoutes } from './roleRoutes.ts';
import { roleSettingRoutes } from './roleSettingRoutes.ts';
import { secretIdRoutes } from './secretIdRoutes.ts';

const ROUTES = [...approleRoleRoutes, ...roleSettingRoutes, ...secretIdRoutes, approleLoginRoute];

export const approle: Engine = {
  type: 'approle',
  kind: 'auth',
  userLockout: true,
  accessorField: 'secret_id_accessor',
  renewal: renewalOfRole,
  routes: () => ROUTES,
};
