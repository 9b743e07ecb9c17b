/** The routes of response wrapping: wrap what is sent, look at a wrapping token, unwrap it, wrap it anew. */

import { TOKEN_FIELD, usableToken } from '../credentials/findToken.ts';
import { removeTokens } from '../credentials/removal.ts';
import { type Token, tokenOf } from '../credentials/token.ts';
import { readFields } from '../http/fields.ts';
import { tokenIn } from '../http/message.ts';
import { parseJson } from '../http/parseBody.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import { sha256, tokenKey, wrappedKey } from '../store/keys.ts';
import { invalidWrappingToken, wrappingRequired } from './errors.ts';
import { type StoredAnswer, takingOf, type Wrapped, wrap, wrappedOf } from './wrapped.ts';

type TokenCall = Call<typeof TOKEN_FIELD>;

const FACTS = {
  creation_ttl: 'duration',
  creation_time: 'string',
  creation_path: 'string',
} as const satisfies Shape;

const named = { fields: TOKEN_FIELD, before: refuseInvalid };

export const wrappingRoutes: readonly Route[] = [
  route({ path: 'sys/wrapping/wrap', freeForm: true, answers: { write: null }, write: wrapFields }),
  // Who knows a wrapping token may look at it; that neither opens it nor uses it up.
  route({
    path: 'sys/wrapping/lookup',
    ...named,
    open: true,
    answers: { read: FACTS, write: FACTS },
    read: lookUp,
    write: lookUp,
  }),
  route({ path: 'sys/wrapping/unwrap', ...named, usesUp: asksForItself, write: unwrap }),
  route({ path: 'sys/wrapping/rewrap', ...named, answers: { write: null }, write: rewrap }),
];

/** The answer is what was sent, and is wrapped like that of any endpoint. */
async function wrapFields({ raw, wrapTtl }: Call): Promise<Reply> {
  if (!wrapTtl) throw wrappingRequired();
  return { data: raw };
}

async function lookUp(call: TokenCall): Promise<Reply<Wire<typeof FACTS>>> {
  const { creationPath, creationTtl, createdAt } = (await find(call)).answer;
  const creation_time = new Date(createdAt).toISOString();
  return { data: { creation_ttl: creationTtl, creation_time, creation_path: creationPath } };
}

/** Of many that unwrap at once one gets the answer; should it get lost on the way, it is lost. */
async function unwrap(call: TokenCall): Promise<Reply> {
  const { deps, path, wrapTtl } = call;
  const { token, answer } = await find(call);
  if (wrapTtl) return wrapAnew(call, token, { ...answer, creationPath: path, creationTtl: wrapTtl });
  try {
    await deps.store.commit(takingOf(token));
  } catch (error) {
    throw error instanceof ConditionFailed ? invalidWrappingToken() : error;
  }
  await clearAway(deps, token);
  return { plain: parseJson(answer.envelope) };
}

/** Of the time it had and the time that is asked for the shorter counts. */
async function rewrap(call: TokenCall): Promise<Reply> {
  const { token, answer } = await find(call);
  const creationTtl = Math.min(answer.creationTtl, call.wrapTtl || answer.creationTtl);
  return wrapAnew(call, token, { ...answer, creationTtl });
}

/** In one transaction the answer goes from the old token to the new. */
async function wrapAnew({ deps, namespace }: TokenCall, token: Token, order: Wrapped): Promise<Reply> {
  const reply = await wrap(deps, namespace, order, takingOf(token));
  await clearAway(deps, token);
  return reply;
}

/**
 * Looked at before the token that asks is judged, which may be the wrapping token itself: that it was used before
 * must not look like a lack of rights.
 */
async function refuseInvalid(call: Call): Promise<void> {
  const hash = hashOf(call);
  if (hash === '') return;
  if (!(await usableToken(call.deps, hash, call.namespace))) throw invalidWrappingToken();
}

/**
 * Its one use is then what takes the answer out: counted before, it would be gone with the answer still inside when
 * something fails in between.
 */
function asksForItself(call: Call): boolean {
  return hashOf(call) === sha256(tokenIn(call.headers) ?? '');
}

/** The hash of the token that is named, or else asks; empty for none. */
function hashOf({ raw, headers }: Pick<Call, 'raw' | 'headers'>): string {
  const token = readFields(TOKEN_FIELD, raw).token || tokenIn(headers);
  return token ? sha256(token) : '';
}

async function find(call: TokenCall): Promise<{ token: Token; answer: StoredAnswer }> {
  const { store } = call.deps;
  const hash = hashOf(call);
  const token = hash ? tokenOf(await store.get(tokenKey(hash))) : undefined;
  const answer = token && wrappedOf(await store.get(wrappedKey(token.accessor)));
  if (!token || !answer) throw invalidWrappingToken();
  return { token, answer };
}

/** The answer is out; what is left of the token opens nothing, and is dropped at its end if it cannot be removed now. */
async function clearAway({ store, log }: Deps, token: Token): Promise<void> {
  try {
    await removeTokens(store, [token]);
  } catch (error) {
    log.warn('a used wrapping token is left to expire', { error: (error as Error).name });
  }
}
