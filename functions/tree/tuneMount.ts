/** Tunes a mount: a conditional write, begun anew when another came in between. */

import { isDeepStrictEqual } from 'node:util';
import type { Store, Write } from '../ports/store.ts';
import { retryContended } from '../store/retryContended.ts';
import { TOKEN_PATH } from './builtin.ts';
import { nothingToTune, tokenTypeOnToken, untunable } from './errors.ts';
import { anyMountAt } from './findMount.ts';
import { type Mount, mountItem, unchanged } from './mount.ts';
import { type MountTypes, typeIn } from './mountType.ts';
import type { Namespace } from './namespace.ts';
import { builtinPath } from './path.ts';
import { refuseOversize } from './refuseOversize.ts';
import { type TuneFields, tuned, upgradeWarning } from './tune.ts';
import { keepTuned } from './tunedBuiltins.ts';

/**
 * @param path with a trailing slash, auth methods under `auth/`
 * @returns the warning to answer with, if there is one
 * @throws VaultError 400, 503 when others keep tuning the same mount
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
    const before = await anyMountAt(store, namespace, path);
    if (!before) throw nothingToTune(path);
    const after = tuned(before, fields, typeIn(types, before.type));
    if (!isDeepStrictEqual(before, after)) {
      refuseOversize(after);
      await store.commit([
        builtinPath(path) ? keepTuned(before, after) : replaced(before as Mount, after as Mount),
      ]);
    }
    return upgradeWarning(before, after);
  });
}

/** Of a built-in mount nothing may change but what audit devices show; of the tokens' everything but their type. */
function checkTunable(path: string, fields: TuneFields): void {
  const sent = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (path === TOKEN_PATH) {
    if (sent.includes('token_type')) throw tokenTypeOnToken();
    return;
  }
  const field = sent.find((name) => !AUDIT_LISTS.includes(name));
  if (field) throw untunable(field, path);
}

const AUDIT_LISTS = ['audit_non_hmac_request_keys', 'audit_non_hmac_response_keys'];

function replaced(before: Mount, after: Mount): Write {
  const put = mountItem({ ...after, version: before.version + 1 });
  return { put, if: unchanged(before) };
}
