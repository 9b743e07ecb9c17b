/** The routes that revoke a token (contract §6). */

import type { Schema } from '../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { BULK_WORK_SHARE } from '../limits.ts';
import { hasNotEnded, storedToken } from './findToken.ts';
import { revokeOrphan } from './revokeOrphan.ts';
import { revokeToken } from './revokeToken.ts';
import { batchNotRevocable, nothingToOrphan, orphaningNeedsSudo } from './tokenErrors.ts';
import { ACCESSOR_FIELD, hashOfAccessor, namedHash, ownToken, TOKEN_FIELD } from './whichToken.ts';

export const revokeRoutes: readonly Route[] = [
  route({
    path: 'auth/token/revoke',
    fields: TOKEN_FIELD,
    answers: { write: null },
    write: (call) => revoke(call, namedHash(call.fields.token)),
  }),
  route({
    path: 'auth/token/revoke-self',
    answers: { write: null },
    write: (call) => revoke(call, ownToken(call).hash),
  }),
  route({
    path: 'auth/token/revoke-accessor',
    fields: ACCESSOR_FIELD,
    answers: { write: null },
    write: revokeByAccessor,
  }),
  route({
    path: 'auth/token/revoke-orphan',
    fields: TOKEN_FIELD,
    answers: { write: null },
    write: revokeWithoutChildren,
  }),
];

/** What is dead already is cleared away all the same: an earlier revocation may have been interrupted. */
async function revoke<S extends Schema>({ deps, namespace }: Call<S>, hash: string): Promise<void> {
  const token = await storedToken(deps, hash, namespace);
  if (token?.type === 'batch' && (await hasNotEnded(deps, token))) throw batchNotRevocable();
  if (token) await revokeToken(deps, token);
}

async function revokeByAccessor(call: Call<typeof ACCESSOR_FIELD>): Promise<Reply | undefined> {
  const { deps, namespace } = call;
  const hash = await hashOfAccessor(call);
  const token = hash && (await storedToken(deps, hash, namespace));
  if (!token) return { warnings: ['No token found with this accessor'] };
  await revokeToken(deps, token);
  return undefined;
}

/** It is the handler that asks for `sudo`, with a text of its own. */
async function revokeWithoutChildren(call: Call<typeof TOKEN_FIELD>): Promise<void> {
  const { deps, namespace, fields } = call;
  const hash = namedHash(fields.token);
  if (!call.sudo) throw orphaningNeedsSudo();
  const token = await storedToken(deps, hash, namespace);
  if (!token || !(await hasNotEnded(deps, token))) throw nothingToOrphan();
  if (token.type === 'batch') throw batchNotRevocable();
  const until = deps.clock.now() + deps.settings.requestLifeMs * BULK_WORK_SHARE;
  await revokeOrphan(deps, token, until);
}
