/** The routes that tell what a token is (contract §6). */

import { type Answers, type Call, type Reply, type Route, route } from '../http/route.ts';
import { sha256, tokenKey } from '../store/keys.ts';
import { goodToken } from './findToken.ts';
import { tokenOf } from './token.ts';
import { TOKEN_DATA, type TokenData, tokenData } from './tokenData.ts';
import { badToken, invalidAccessor } from './tokenErrors.ts';
import { ACCESSOR_FIELD, hashOfAccessor, ownSecret, ownToken, TOKEN_FIELD } from './whichToken.ts';

const EITHER = { read: TOKEN_DATA, write: TOKEN_DATA } as const satisfies Answers;

export const lookUpRoutes: readonly Route[] = [
  route({
    path: 'auth/token/lookup',
    fields: TOKEN_FIELD,
    answers: EITHER,
    read: lookUp,
    write: lookUp,
  }),
  route({
    path: 'auth/token/lookup-self',
    fields: TOKEN_FIELD,
    answers: EITHER,
    read: lookUpSelf,
    write: lookUpSelf,
  }),
  route({
    path: 'auth/token/lookup-accessor',
    fields: ACCESSOR_FIELD,
    answers: { write: TOKEN_DATA },
    write: lookUpAccessor,
  }),
];

/** Without a token it is the one that asks that is looked up. */
async function lookUp(call: Call<typeof TOKEN_FIELD>): Promise<Reply<TokenData>> {
  const { deps, namespace, fields } = call;
  if (!fields.token) return lookUpSelf(call);
  const token = await goodToken(deps, sha256(fields.token), namespace);
  if (!token) throw badToken();
  return { data: tokenData(token, fields.token, deps.clock.now()) };
}

/** Read anew, so that the use this request has cost is counted already. */
async function lookUpSelf(call: Call<typeof TOKEN_FIELD>): Promise<Reply<TokenData>> {
  const { deps } = call;
  const token = tokenOf(await deps.store.get(tokenKey(ownToken(call).hash)));
  if (!token) throw badToken();
  return { data: tokenData(token, ownSecret(call), deps.clock.now()) };
}

async function lookUpAccessor(call: Call<typeof ACCESSOR_FIELD>): Promise<Reply<TokenData>> {
  const { deps, namespace } = call;
  const hash = await hashOfAccessor(call);
  const token = hash && (await goodToken(deps, hash, namespace));
  if (!token) throw invalidAccessor();
  return { data: tokenData(token, '', deps.clock.now()) };
}
