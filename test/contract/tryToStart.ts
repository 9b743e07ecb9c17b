/** Asks whether a token may start a remount, without starting one. */

import { policyOf } from './fresh.ts';
import { type Answer, call, type Sent } from './http.ts';
import { refused } from './texts.ts';

/** All that is needed to move mounts and to see how it goes. */
export const MOVER = policyOf(['sys/remount', 'update', 'sudo'], ['sys/remount/status/*', 'read']);

/** A start that is refused for its fields at once if it gets that far. */
export function tryToStart(sent: Sent, path = 'sys/remount'): Promise<Answer> {
  return call('POST', path, { ...sent, body: {} });
}

/** What it is answered with then. */
export const PASSED = refused("both 'from' and 'to' path must be specified as a string");
