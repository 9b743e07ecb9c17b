/** The `sudo` capability, for handlers that ask for it only in some cases. */

import { notAuthorized } from '../http/errors.ts';
import type { Schema } from '../http/fields.ts';
import type { Call } from '../http/route.ts';
import { authorize } from './acl.ts';

/** Whether the caller has `sudo` on the path of the request; root has it everywhere. */
export function hasSudo<S extends Schema>({ caller, operation, namespace, path }: Call<S>): boolean {
  return caller !== undefined && authorize(caller.acl, { operation, path: namespace.path + path }).sudo;
}

/** @throws VaultError 403 without `sudo` */
export function requireSudo<S extends Schema>(call: Call<S>): void {
  if (!hasSudo(call)) throw notAuthorized();
}
