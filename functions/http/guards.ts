/** What a handler demands of its call before it does anything. */

import { notAuthorized, refusal } from './errors.ts';
import type { Call } from './route.ts';

/**
 * For handlers that need the `sudo` capability only in some cases; a route that always needs it says so in its row.
 * @throws VaultError 403 without `sudo`
 */
export function requireSudo({ sudo }: Pick<Call, 'sudo'>): void {
  if (!sudo) throw notAuthorized();
}

/**
 * For endpoints of the service as a whole, which child namespaces do not have (contract §2.3).
 * @throws VaultError 400 where the URL names a child namespace
 */
export function requireRootNamespace({ namespace }: Pick<Call, 'namespace'>): void {
  if (namespace.id !== 'root') throw refusal('operation only available in root namespace');
}
