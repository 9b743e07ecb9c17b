/** Wraps the answer of any endpoint if the client asks for it (contract §2.3). */

import { type PlaceOfLease, placeOfLease } from '../credentials/placeOfLease.ts';
import { isEmpty, render } from '../http/envelope.ts';
import type { Call, Reply } from '../http/route.ts';
import { beginningOf } from '../http/shortened.ts';
import { LEASE_NAME_BYTES, MAX_SORT_KEY_BYTES } from '../limits.ts';
import { builtinIssuer } from '../tree/builtin.ts';
import { namespacesToJudge } from '../tree/followAlias.ts';
import { markIssued } from '../tree/generation.ts';
import { builtinPath } from '../tree/path.ts';
import { type WrapPlace, wrap } from './wrapped.ts';

/**
 * Has a request answered, and stores the body that the answer would have had. Empty answers, and answers without an
 * envelope, are not wrapped.
 * @throws VaultError 413 when the answer is too long
 * @throws MountMoved when the mount was moved while the request was in flight
 */
export async function wrapReply(
  call: Call,
  answer: () => Promise<Reply | undefined>,
): Promise<Reply | undefined> {
  const { deps, namespace, path, wrapTtl } = call;
  // Before the request is answered: a request whose mount has moved is performed again and must have written nothing.
  const place = await placeOfWrap(call);
  const reply = await answer();
  if (!reply || isEmpty(reply) || reply.wrapInfo || reply.plain !== undefined || reply.text) return reply;
  const accessor = accessorIn(call, reply);
  return wrap(deps, namespace, {
    envelope: render(reply, call.id, '').body,
    ...(reply.status ? { status: reply.status } : {}),
    place,
    creationPath: path,
    creationTtl: wrapTtl,
    ...(accessor ? { wrappedAccessor: accessor } : {}),
  });
}

/** A path that is too long for the key of a lease is cut. */
async function placeOfWrap(call: Call): Promise<WrapPlace> {
  const { deps, namespace, mount, alias, path } = call;
  const { door, mountPath, inside } = mount ? placeOfLease(call, mount) : placeInBuiltin(path);
  const asked = (mountPath + inside).replace(/\/$/, '');
  const leaseId = beginningOf(asked, MAX_SORT_KEY_BYTES - LEASE_NAME_BYTES);
  return {
    issuer: mount ? await markIssued(deps.store, mount) : builtinIssuer(namespace, mountPath),
    leasePath: leaseId.slice(mountPath.length),
    leaseId,
    ...(alias && door !== undefined && { door, behind: namespacesToJudge(alias) }),
  };
}

function placeInBuiltin(path: string): PlaceOfLease {
  const mountPath = builtinPath(path) ?? '';
  return { mountPath, inside: path.slice(mountPath.length) };
}

/** The accessor of the token or secret-id in an answer, by which it can be revoked before it is unwrapped. */
function accessorIn({ mount, types }: Call, { auth, data }: Reply): string | undefined {
  if (auth) return auth.accessor as string;
  const field = mount && types[mount.type]?.accessorField;
  return field ? (data?.[field] as string | undefined) : undefined;
}
