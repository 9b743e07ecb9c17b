/** The secrets engine `ssh`: one-time passwords for hosts (contract §7.1). It signs no keys. */

import type { Engine } from '../engine.ts';
import { credsRoute } from './creds.ts';
import { sshRoleRoutes } from './roleRoutes.ts';
import { verifyRoute } from './verify.ts';
import { zeroAddressRoutes } from './zeroAddress.ts';

const ROUTES = [...sshRoleRoutes, credsRoute, verifyRoute, ...zeroAddressRoutes];

export const ssh: Engine = { type: 'ssh', kind: 'secret', routes: () => ROUTES };
