/** The auth method `approle`: roles for machines, with role-ids and secret-ids (contract §8.2). */

import type { Engine } from '../engine.ts';
import { loginRoute } from './login.ts';
import { roleRoutes } from './roleRoutes.ts';
import { secretIdRoutes } from './secretIdRoutes.ts';

const ROUTES = [...roleRoutes, ...secretIdRoutes, loginRoute];

export const approle: Engine = {
  type: 'approle',
  kind: 'auth',
  userLockout: true,
  accessorField: 'secret_id_accessor',
  routes: () => ROUTES,
};
