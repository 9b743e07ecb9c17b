/** The routes of response wrapping: wrap what was sent; look up, unwrap and rewrap wrapping tokens (contract §2.3). */

import { TOKEN_FIELD, usableToken } from '../credentials/findToken.ts';
import { removeTokens } from '../credentials/removal.ts';
import { type Token, tokenOf } from '../credentials/token.ts';
import { refusal, VaultError } from '../http/errors.ts';
import { readFields } from '../http/fields.ts';
import { tokenIn } from '../http/message.ts';
import { parseJson } from '../http/parseBody.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import { sha256, tokenKey, wrappedKey } from '../store/keys.ts';
import { isBehindLock, requireOpen } from '../tree/followAlias.ts';
import {
  invalidWrappingToken,
  type StoredAnswer,
  takingOf,
  WRAPPING_POLICY,
  type Wrapped,
  wrap,
  wrappedOf,
} from './wrapped.ts';

type TokenCall = Call<typeof TOKEN_FIELD>;

const FACTS = {
  creation_ttl: 'duration',
  creation_time: 'string',
  creation_path: 'string',
} as const satisfies Shape;

const named = { fields: TOKEN_FIELD, before: refuseInvalid };

export const wrappingRoutes: readonly Route[] = [
  route({ path: 'sys/wrapping/wrap', freeForm: true, answers: { write: null }, write: wrapFields }),
  // Anybody who has a wrapping token may look it up; that neither unwraps the answer nor uses up the token.
  route({
    path: 'sys/wrapping/lookup',
    ...named,
    open: true,
    answers: { read: FACTS, write: FACTS },
    read: lookUp,
    write: lookUp,
  }),
  route({ path: 'sys/wrapping/unwrap', ...named, usesUp: isOwnToken, write: unwrap }),
  route({ path: 'sys/wrapping/rewrap', ...named, answers: { write: null }, write: rewrap }),
];

/** Answers what was sent; the answer is then wrapped as that of any endpoint. */
async function wrapFields({ raw, wrapTtl }: Call): Promise<Reply> {
  if (!wrapTtl) throw refusal('endpoint requires response wrapping to be used');
  return { data: raw };
}

async function lookUp(call: TokenCall): Promise<Reply<Wire<typeof FACTS>>> {
  const { creationPath, creationTtl, createdAt } = (await find(call)).answer;
  const creation_time = new Date(createdAt).toISOString();
  return { data: { creation_ttl: creationTtl, creation_time, creation_path: creationPath } };
}

/** One of concurrent requests gets the answer. If the connection breaks then, nobody can get it again. */
async function unwrap(call: TokenCall): Promise<Reply> {
  const { deps, path, wrapTtl } = call;
  const { token, answer } = await find(call);
  if (wrapTtl) return moveAnswer(call, token, { ...answer, creationPath: path, creationTtl: wrapTtl });
  try {
    await deps.store.commit(takingOf(token));
  } catch (error) {
    throw error instanceof ConditionFailed ? invalidWrappingToken() : error;
  }
  await removeUsed(deps, token);
  const { envelope, status = 200 } = answer;
  return { status, plain: parseJson(envelope) };
}

/** The new token has the shorter of two TTLs: that of the old token, and the one that the request asks for. */
async function rewrap(call: TokenCall): Promise<Reply> {
  const { token, answer } = await find(call);
  const creationTtl = Math.min(answer.creationTtl, call.wrapTtl || answer.creationTtl);
  return moveAnswer(call, token, { ...answer, creationTtl });
}

/** Moves the answer from the old token to a new one, in one transaction. */
async function moveAnswer({ deps, namespace }: TokenCall, token: Token, order: Wrapped): Promise<Reply> {
  const reply = await wrap(deps, namespace, order, takingOf(token));
  await removeUsed(deps, token);
  return reply;
}

/**
 * Runs before the token of the request is checked, because that may be the wrapping token itself. A used wrapping token
 * must be refused as such, and not as a lack of rights.
 * @throws VaultError 403 without any token, 400 for one that wraps nothing
 */
async function refuseInvalid(call: Call): Promise<void> {
  if (call.raw.token === '') throw noWrappingToken('empty token in request body');
  const hash = hashOf(call);
  if (hash === '') throw noWrappingToken('token is empty');
  const token = await usableToken(call.deps, hash, call.namespace);
  if (!token?.policies.includes(WRAPPING_POLICY)) throw invalidWrappingToken();
}

function noWrappingToken(why: string): VaultError {
  return new VaultError(403, [`error validating wrapping token: ${why}`]);
}

/**
 * Whether the wrapping token is also the token of the request. Its only use is then counted in the transaction that
 * takes the answer: counted earlier, a failure in between would use up the token without an answer.
 */
function isOwnToken(call: Call): boolean {
  return hashOf(call) === sha256(tokenIn(call.headers) ?? '');
}

/** The hash of the token in the field `token`, else of the token of the request; empty if there is none. */
function hashOf({ raw, headers }: Pick<Call, 'raw' | 'headers'>): string {
  const token = readFields(TOKEN_FIELD, raw).token || tokenIn(headers);
  return token ? sha256(token) : '';
}

/**
 * @throws VaultError 400 when there is no such token, or its answer was taken; 503 for an answer that was given at an alias whose
 *   mount is in a locked namespace
 */
async function find(call: TokenCall): Promise<{ token: Token; answer: StoredAnswer }> {
  const { store } = call.deps;
  const hash = hashOf(call);
  const token = hash ? tokenOf(await store.get(tokenKey(hash))) : undefined;
  const answer = token && wrappedOf(await store.get(wrappedKey(token.accessor)));
  if (!token || !answer) throw invalidWrappingToken();
  const { behind = [], issuer } = answer.place;
  requireOpen({ isBehindLock: await isBehindLock(store, behind, issuer) });
  return { token, answer };
}

/** Removes a used token. It is not valid any more, so if that fails it may stay until it expires. */
async function removeUsed({ store, log }: Deps, token: Token): Promise<void> {
  try {
    await removeTokens(store, [token]);
  } catch (error) {
    log.warn('a used wrapping token is left to expire', { error: (error as Error).name });
  }
}
