/**
 * Creates the first root token, once. Only people who may invoke the function can do it, never an HTTP request
 * (architecture §8).
 */

import { refusal } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, ConditionFailed, type Write } from '../ports/store.ts';
import { accessorKey, bootstrapKey, childKey, sha256, tokenKey } from '../store/keys.ts';
import { ROOT } from '../tree/namespace.ts';
import { childName, nonExpiringTokensOf } from './child.ts';
import { issueToken } from './issueToken.ts';
import { tokenOf } from './token.ts';

export interface BootstrapOrder {
  /** The token, if it is chosen, as for the local service; random otherwise. */
  token?: string;
  /** Creates a new root token and deletes the previous one, which was lost or leaked. */
  replace?: boolean;
}

export interface Bootstrapped {
  token: string;
  accessor: string;
}

/**
 * Creates the root token. A repeated call with the current token has no effect.
 * @throws Error when there is a root token already and `replace` is not set
 */
export async function bootstrap(
  deps: Deps,
  { token, replace = false }: BootstrapOrder,
): Promise<Bootstrapped> {
  if (token !== undefined && token.length < deps.settings.minChosenIdLength) {
    throw new Error(`a chosen token has at least ${deps.settings.minChosenIdLength} characters`);
  }
  const trace = await deps.store.get(bootstrapKey());
  const known = token === undefined ? undefined : await deps.store.get(tokenKey(sha256(token)));
  const isSame = token !== undefined && trace?.tokenHash === sha256(token);
  if (isSame && known && known.revoked !== true) return { token, accessor: known.accessor as string };
  if (trace && !replace)
    throw new Error('the first root token was made before; ask for replace to make another');
  const times = ((trace?.times as number | undefined) ?? 0) + 1;
  const replaced = trace && !isSame ? await removalOf(deps, trace.tokenHash as string) : [];
  const issued = await issueRoot(deps, token, times, replaced);
  deps.log.warn('root token made', { times, accessor: issued.accessor, replaced: trace !== undefined });
  return issued;
}

/**
 * Deletes the previous token in the transaction that creates the new one. Its children are invalid from then on,
 * because their parent is deleted (architecture §4).
 */
async function removalOf({ store }: Deps, tokenHash: string): Promise<Write[]> {
  const token = tokenOf(await store.get(tokenKey(tokenHash)));
  if (!token) return [];
  const listed = childKey(nonExpiringTokensOf(ROOT.id), childName({ tokenHash }));
  const refs = [accessorKey(token.accessor), listed, tokenKey(tokenHash)];
  return refs.map((ref) => ({ delete: ref }));
}

async function issueRoot(
  deps: Deps,
  chosen: string | undefined,
  times: number,
  replaced: Write[],
): Promise<Bootstrapped> {
  const id = chosen ?? `s.${deps.ids.base62(24)}`;
  try {
    const { secret, token } = await issueToken(deps, {
      namespace: ROOT,
      issuer: { mountUuid: 'bootstrap', generation: 0 },
      path: 'auth/token/root',
      leasePath: '',
      policies: ['root'],
      displayName: 'root',
      ttl: 0,
      maxTtl: 0,
      id,
      alongside: [traceOf(sha256(id), times, deps.clock.now()), ...replaced],
    });
    return { token: secret, accessor: token.accessor };
  } catch (error) {
    if (error instanceof ConditionFailed) throw refusal('another root token was made at the same time');
    throw error;
  }
}

/** The record that a root token was created: which one, how often, and when last. */
function traceOf(tokenHash: string, times: number, at: number): Write {
  const put = { ...bootstrapKey(), tokenHash, times, at };
  return { put, if: times === 1 ? ABSENT : { times: times - 1 } };
}
