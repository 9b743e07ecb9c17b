/** The types of mounts that can be enabled. */

import { approle } from './approle/approle.ts';
import type { Engine } from './engine.ts';
import { generic, kv } from './kv/kv.ts';
import { ssh } from './ssh/ssh.ts';
import { userpass } from './userpass/userpass.ts';

export const engines: Readonly<Record<string, Engine>> = { kv, generic, ssh, userpass, approle };
