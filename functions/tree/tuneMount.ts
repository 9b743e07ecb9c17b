/** Tunes a mount: a conditional write, retried when another write changed the mount meanwhile. */

import { isDeepStrictEqual } from 'node:util';
import { goQuote, refusal } from '../http/errors.ts';
import type { Store, Write } from '../ports/store.ts';
import { retryContended } from '../store/retryContended.ts';
import { TOKEN_PATH, tunedBuiltin } from './builtin.ts';
import { checkEntrySize } from './changeTree.ts';
import { mountAround } from './findMount.ts';
import { type Mount, mountItem, unchangedMount } from './mount.ts';
import { type MountTypes, mountTypeNamed } from './mountType.ts';
import type { Namespace } from './namespace.ts';
import { builtinPath } from './path.ts';
import { type TuneFields, tuned, upgradeWarning } from './tuning.ts';

/**
 * @param path of the mount or in it, with a trailing slash, auth methods under `auth/`
 * @returns the warning to answer with, if there is one
 * @throws VaultError 400, 413
 * @throws StoreBusy when others keep tuning the same mount
 */
export async function tuneMount(
  store: Store,
  namespace: Namespace,
  path: string,
  fields: TuneFields,
  types: MountTypes,
): Promise<string | undefined> {
  if (builtinPath(path)) checkTunable(path, fields);
  return retryContended(async () => {
    const before = await mountAround(store, namespace, path);
    if (!before) throw refusal(`tune of path ${goQuote(path)} failed: no mount entry found`);
    const after = tuned(before, fields, mountTypeNamed(types, before.type));
    if (!isDeepStrictEqual(before, after)) {
      checkEntrySize(after);
      await store.commit([
        builtinPath(path) ? tunedBuiltin(before, after) : tunedMount(before as Mount, after as Mount),
      ]);
    }
    return upgradeWarning(before, after);
  });
}

const AUDIT_LISTS = ['audit_non_hmac_request_keys', 'audit_non_hmac_response_keys'];

/** At `auth/token/` everything but the token type can be tuned; at other built-in mounts only the audit lists. */
function checkTunable(path: string, fields: TuneFields): void {
  const sent = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (builtinPath(path) === TOKEN_PATH) {
    if (sent.includes('token_type')) {
      throw refusal("'token_type' cannot be set for 'token' or 'ns_token' auth mounts");
    }
    return;
  }
  const field = sent.find((name) => !AUDIT_LISTS.includes(name));
  if (field) throw refusal(`cannot tune parameter ${field} of ${path}`);
}

function tunedMount(before: Mount, after: Mount): Write {
  const put = mountItem({ ...after, version: before.version + 1 });
  return { put, if: unchangedMount(before) };
}
