/** Tunes a mount: a conditional write, begun anew when another came in between. */

import { isDeepStrictEqual } from 'node:util';
import type { Namespace } from '../namespaces/namespace.ts';
import type { Store } from '../ports/store.ts';
import { untilUncontested } from '../ports/untilUncontested.ts';
import { nothingToTune, tokenTypeOnToken, untunable } from './errors.ts';
import { builtinAt, mountAt } from './findMount.ts';
import { mountItem, unchanged } from './mount.ts';
import { builtinPath } from './path.ts';
import { refuseOversize } from './refuseOversize.ts';
import { type TuneFields, tuned, upgradeWarning } from './tune.ts';

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
): Promise<string | undefined> {
  if (builtinPath(path)) refuseToTune(path, fields);
  if (builtinAt(namespace, path)) return undefined;
  return untilUncontested(async () => {
    const before = await mountAt(store, namespace, path);
    if (!before) throw nothingToTune(path);
    const after = tuned(before, fields);
    if (!isDeepStrictEqual(before, after)) {
      refuseOversize(after);
      const put = mountItem({ ...after, version: before.version + 1 });
      await store.commit([{ table: 'mounts', put, if: unchanged(before) }]);
    }
    return upgradeWarning(before, after);
  });
}

/** Built-in mounts are stored nowhere, so there is nothing of theirs to change. */
function refuseToTune(path: string, fields: TuneFields): void {
  const [field] = Object.entries(fields).find(([, value]) => value !== undefined) ?? [];
  if (field === 'token_type' && path === 'auth/token/') throw tokenTypeOnToken();
  if (field) throw untunable(field, path);
}
