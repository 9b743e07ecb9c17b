/** Wraps the answer of any endpoint, because the client asks for it (contract §2.3). */

import { isEmpty, render } from '../http/envelope.ts';
import type { Call, Reply } from '../http/route.ts';
import { wrap } from './wrapped.ts';

/**
 * What is stored is the answer as it would have been sent. An answer without anything in it stays as it is, and so
 * does one that tells of a failure, or that has no envelope.
 * @throws VaultError 413 for an answer that is too long
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

function accessorIn({ mount, types }: Call, { auth, data }: Reply): string | undefined {
  if (auth) return auth.accessor as string;
  const field = mount && types[mount.type]?.accessorField;
  return field ? (data?.[field] as string | undefined) : undefined;
}
