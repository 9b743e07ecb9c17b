/** What a request asks for of the old path, and whether the move may leave an alias there. Pure. */

import { goQuote, refusal } from '../http/errors.ts';
import { MAX_ALIAS_DEPTH, MAX_ALIAS_S, MAX_ALIASES } from '../limits.ts';
import { isAuthPath } from '../tree/path.ts';
import { crossesNamespaces, type Move } from './planMove.ts';

/**
 * @param given seconds
 * @returns the same; nothing if no alias is wanted
 * @throws VaultError 400 for a move that can leave none
 */
export function readAliasTtl(given: number | undefined, move: Move): number | undefined {
  if (given === undefined) return undefined;
  checkAliasTtl('alias_ttl', given);
  const { mount, source } = move;
  if (mount.entry)
    throw refusal('a mount of a cluster leaves no alias: alias_ttl is for the mounts of this service');
  // A login belongs to the namespace of its method, and its token would be one of another namespace.
  if (isAuthPath(source.path) && crossesNamespaces(move))
    throw refusal(
      'an auth method that moves into another namespace cannot leave an alias: its logins belong to its namespace',
    );
  if (source.path.split('/').length - 1 > MAX_ALIAS_DEPTH)
    throw refusal(`an alias has at most ${MAX_ALIAS_DEPTH} segments, and ${goQuote(source.path)} has more`);
  const { aliases = [] } = mount;
  if (aliases.length >= MAX_ALIASES)
    throw refusal(
      `the mount has ${aliases.length} aliases already, and cannot have more; DELETE sys/remount/aliases/:path ends one`,
    );
  return given;
}

/**
 * @param field that it was sent in, which an error names
 * @param seconds for which an alias is to answer
 * @throws VaultError 400
 */
export function checkAliasTtl(field: 'alias_ttl' | 'ttl', seconds: number): void {
  if (seconds === 0) throw refusal(`${field} is for how long the old path goes on answering, such as 720h`);
  if (seconds > MAX_ALIAS_S)
    throw refusal(`an alias answers for at most ${MAX_ALIAS_S / 86_400} days; it can be renewed`);
}
