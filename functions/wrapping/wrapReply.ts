/** Wraps the answer of any endpoint if the client asks for it (contract §2.3). */

import { isEmpty, render } from '../http/envelope.ts';
import type { Call, Reply } from '../http/route.ts';
import { wrap } from './wrapped.ts';

/**
 * Stores the body that the answer would have had. Empty answers, failures and answers without an envelope are not
 * wrapped.
 * @throws VaultError 413 when the answer is too long
 */
export async function wrapReply(call: Call, reply: Reply): Promise<Reply> {
  const { deps, namespace, path, wrapTtl } = call;
  if (isEmpty(reply) || reply.wrapInfo || reply.plain !== undefined || reply.text) return reply;
  if (reply.status !== undefined && reply.status >= 300) return reply;
  const accessor = accessorIn(call, reply);
  return wrap(deps, namespace, {
    envelope: render(reply, call.id, '').body,
    creationPath: path,
    creationTtl: wrapTtl,
    ...(accessor ? { wrappedAccessor: accessor } : {}),
  });
}

/** The accessor of the token or secret-id in an answer, by which it can be revoked before it is unwrapped. */
function accessorIn({ mount, types }: Call, { auth, data }: Reply): string | undefined {
  if (auth) return auth.accessor as string;
  const field = mount && types[mount.type]?.accessorField;
  return field ? (data?.[field] as string | undefined) : undefined;
}
