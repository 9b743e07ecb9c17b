/** The `sudo` capability, for handlers that ask for it only in some cases. */

import { notAuthorized } from './errors.ts';
import type { Call } from './route.ts';

/** @throws VaultError 403 without `sudo` */
export function requireSudo({ sudo }: Pick<Call, 'sudo'>): void {
  if (!sudo) throw notAuthorized();
}
