/** The refusals of a remount, word for word, in the order of the checks (contract §1.1). */

import { goQuote, refusal, VaultError } from '../http/errors.ts';
import { type Alias, whereItLeads } from '../tree/alias.ts';
import type { Migration } from './migration.ts';

export function pathsMissing(): VaultError {
  return refusal("both 'from' and 'to' path must be specified as a string");
}

export function whitespaceAround(field: 'from' | 'to'): VaultError {
  return refusal(`'${field}' path cannot contain trailing whitespace`);
}

export function invalidDestination(typed: string): VaultError {
  return refusal(`invalid destination mount path ${goQuote(typed)}`);
}

export function uncleanDestination(path: string, cleaned: string): VaultError {
  return refusal(`invalid destination mount: path '${path}' does not match cleaned path '${cleaned}'`);
}

export function unprintableDestination(): VaultError {
  return refusal('invalid destination mount: path cannot contain non-printable characters');
}

export function oversizeDestination(why: string): VaultError {
  return refusal(`invalid destination mount: ${why}`);
}

export function authToNonAuth(target: string): VaultError {
  return refusal(`cannot remount auth mount to non-auth mount ${goQuote(target)}`);
}

export function protectedSource(path: string): VaultError {
  return refusal(`cannot remount ${goQuote(path)}`);
}

export function protectedAuthDestination(path: string): VaultError {
  return refusal(`cannot remount to destination ${goQuote(path)}`);
}

/** The reference quotes the auth destination above, and not this one. */
export function protectedDestination(path: string): VaultError {
  return refusal(`cannot remount to destination ${path}`);
}

export function noMatchingMount(path: string): VaultError {
  return refusal(`no matching mount at ${goQuote(path)}`);
}

export function pathInUse(path: string): VaultError {
  return refusal(`path already in use at ${goQuote(path)}`);
}

/** The request is repeated, and asks for the policies this time. */
export function movedWithoutPolicies(id: string): VaultError {
  return refusal(
    `migration ${id} has moved the mount already, and has left rules that this request would change; undo it first, or change the policies yourself`,
  );
}

/** The request is repeated, and asks for another alias this time. */
export function movedWithoutAlias(id: string): VaultError {
  return refusal(
    `migration ${id} has moved the mount already, without this alias_ttl; POST sys/remount/aliases/:path renews an alias, and an undo and another move leave one`,
  );
}

/**
 * A request that the mount itself would serve, and an alias does not.
 * @param asked the namespace of the request
 */
export function aliasNotMount(
  path: string,
  alias: Pick<Alias, 'target'>,
  asked: { path: string },
): VaultError {
  const where = whereItLeads(alias, asked);
  return refusal(`${noMatchingMount(path).message}; it is an alias, and the mount is ${where}`);
}

/** @param path of an alias of the auth method, relative to its namespace */
export function aliasWouldCross(path: string): VaultError {
  return refusal(
    `the auth method still answers at ${goQuote(path)}, and its logins belong to its namespace; DELETE sys/remount/aliases/:path ends that`,
  );
}

/**
 * The path that a mount has left and that still answers.
 * @param asked the namespace of the request
 */
export function pathIsAlias(path: string, alias: Pick<Alias, 'target'>, asked: { path: string }): VaultError {
  const where = whereItLeads(alias, asked);
  return refusal(
    `${pathInUse(path).message}; it is an alias of the mount ${where}, and DELETE sys/remount/aliases/:path ends it`,
  );
}

/** The mount came from there; another namespace of this name is not the same. */
export function namespaceDeleted(path: string): VaultError {
  return refusal(`namespace ${goQuote(path)} has been deleted`);
}

/** There is nothing to cancel or to undo. On a cluster, a failed migration may have revoked leases. */
export function failedAlready({ cluster }: Pick<Migration, 'cluster'>): VaultError {
  const what = cluster ? 'its error says where the mount is' : 'and has changed nothing';
  return conflict(`the migration has failed, ${what}`);
}

/** @param which the policies, as the caller may know them */
export function policiesForbidden(which: string): VaultError {
  return new VaultError(403, [
    `the token may not write policies that the move would change: ${which}; with "policies": "keep" they stay as they are`,
  ]);
}

/** @param why of the first of them */
export function policiesNotWritable(which: string, why: string): VaultError {
  return refusal(`these policies cannot be changed with the move: ${which}; ${why}`);
}

/** Of the leases that a migration could not revoke: they belong to the namespace that has issued them. */
export function leasesOutside(): VaultError {
  return refusal('the leases were issued outside this namespace; ask in a namespace at or above the source');
}

export function movedOn(path: string): VaultError {
  return conflict(`the mount is no longer at ${goQuote(path)} as the migration has left it`);
}

/** The state of the migration or of the mount does not allow the request. */
export function conflict(text: string): VaultError {
  return new VaultError(409, [text]);
}
