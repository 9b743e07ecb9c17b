/** Endpoints of the service as a whole, which child namespaces do not have (contract §2.3). */

import { refusal } from './errors.ts';
import type { Call } from './route.ts';

/** @throws VaultError 400 in a child namespace; the text depends on how that was named */
export function refuseInChild({ namespace, headers }: Pick<Call, 'namespace' | 'headers'>): void {
  if (namespace.id === 'root') return;
  const text = headers['x-vault-namespace']
    ? 'operation unavailable in namespaces'
    : 'operation only available in root namespace';
  throw refusal(text);
}
