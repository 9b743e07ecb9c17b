/** The auth method `userpass`: users with passwords (contract §8.1). */

import type { Engine } from '../engine.ts';
import { lockedUsers } from './lockedUsers.ts';
import { userpassLoginRoute } from './login.ts';
import { renewalOfUser, userRoutes } from './user.ts';

const ROUTES = [...userRoutes, userpassLoginRoute];

export const userpass: Engine = {
  type: 'userpass',
  kind: 'auth',
  userLockout: true,
  lockedUsers,
  renewal: renewalOfUser,
  routes: () => ROUTES,
};
