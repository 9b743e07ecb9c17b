/** The routes that renew a token (contract §6). */

import type { Fields } from '../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { sha256 } from '../store/keys.ts';
import { authOf } from './authOf.ts';
import { goodToken } from './findToken.ts';
import { renewToken } from './renewToken.ts';
import { invalidAccessor } from './tokenErrors.ts';
import { ACCESSOR_FIELD, hashOfAccessor, namedSecret, ownSecret, TOKEN_FIELD } from './whichToken.ts';

const INCREMENT = { increment: 'duration' } as const;
const BY_TOKEN = { ...TOKEN_FIELD, ...INCREMENT } as const;
const BY_ACCESSOR = { ...ACCESSOR_FIELD, ...INCREMENT } as const;

export const renewRoutes: readonly Route[] = [
  route({
    path: 'auth/token/renew',
    fields: BY_TOKEN,
    answers: { write: null },
    write: (call) => renew(call, namedSecret(call.fields.token)),
  }),
  route({
    path: 'auth/token/renew-self',
    fields: BY_TOKEN,
    answers: { write: null },
    write: (call) => renew(call, ownSecret(call)),
  }),
  route({
    path: 'auth/token/renew-accessor',
    fields: BY_ACCESSOR,
    answers: { write: null },
    write: renewByAccessor,
  }),
];

async function renew(call: Call<typeof BY_TOKEN>, secret: string): Promise<Reply> {
  return renewed(call, sha256(secret), secret);
}

async function renewByAccessor(call: Call<typeof BY_ACCESSOR>): Promise<Reply> {
  const hash = await hashOfAccessor(call);
  if (!hash || !(await goodToken(call.deps, hash, call.namespace))) throw invalidAccessor();
  return renewed(call, hash, '');
}

/** @param shown what the answer gives as the token */
async function renewed(
  { deps, namespace, fields }: Pick<Call, 'deps' | 'namespace'> & { fields: Fields<typeof INCREMENT> },
  hash: string,
  shown: string,
): Promise<Reply> {
  const { token, warnings } = await renewToken(deps, hash, namespace, fields.increment ?? 0);
  return { auth: authOf(token, shown), warnings };
}
