/** All commands, in groups. The lines of a group build on those before them, and the groups share the servers. */

import { AUTH } from './commands/auth.ts';
import { KV1 } from './commands/kv1.ts';
import { KV2 } from './commands/kv2.ts';
import { LEASES } from './commands/leases.ts';
import { LOGINS } from './commands/logins.ts';
import { NAMESPACES } from './commands/namespaces.ts';
import { POLICIES } from './commands/policies.ts';
import { SECRETS } from './commands/secrets.ts';
import { SYSTEM } from './commands/system.ts';
import { TOKENS } from './commands/tokens.ts';
import { WRAPPING } from './commands/wrapping.ts';

export const COMMANDS: Readonly<Record<string, string>> = {
  secrets: SECRETS,
  auth: AUTH,
  'kv version 1': KV1,
  'kv version 2': KV2,
  policies: POLICIES,
  tokens: TOKENS,
  logins: LOGINS,
  leases: LEASES,
  namespaces: NAMESPACES,
  wrapping: WRAPPING,
  system: SYSTEM,
};
