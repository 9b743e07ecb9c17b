/** Checks whether a token may start a remount, without starting one. */

import { policyOf } from './fresh.ts';
import { type Answer, call, type Sent } from './http.ts';
import { refused } from './texts.ts';

/** The rights to move mounts and to read the status. */
export const MOVER = policyOf(['sys/remount', 'update', 'sudo'], ['sys/remount/status/*', 'read']);

/** A start without fields: once the token is accepted, the missing fields are refused. */
export function tryToStart(sent: Sent, path = 'sys/remount'): Promise<Answer> {
  return call('POST', path, { ...sent, body: {} });
}

/** The answer if the token may start a remount. */
export const PASSED = refused("both 'from' and 'to' path must be specified as a string");
