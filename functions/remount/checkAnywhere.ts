/** The checks of a move that need no tree: they hold in whatever namespaces its paths lead into. Pure. */

import { MAX_MOUNT_PATH_BYTES } from '../limits.ts';
import { cleanPath, isPrintable, mountPath, overlap, protectedSegment } from '../tree/path.ts';
import {
  authToNonAuth,
  invalidDestination,
  oversizeDestination,
  pathInUse,
  protectedAuthDestination,
  protectedDestination,
  protectedSource,
  uncleanDestination,
  unprintableDestination,
} from './errors.ts';
import type { Typed } from './planMove.ts';

/** The path of a namespace may be as long as that of a mount. */
const MAX_WHOLE_BYTES = MAX_MOUNT_PATH_BYTES * 2;

/** With a segment that leads to an auth method of a namespace, or a wildcard that may stand for one. */
const MAY_BE_AUTH = /(^|\/)(auth|\+)\/.|\*/;

/**
 * Refuses what `planMove` would refuse whatever is mounted.
 * @param typed paths relative to one namespace, or the patterns of a rule, whose wildcards stand for the same in both
 * @throws VaultError 400 with the text of the first check that fails
 */
export function checkAnywhere({ from, to }: Typed): void {
  const source = mountPath(from);
  const target = mountPath(to);
  checkTarget(to, target);
  checkEnds(source, target);
  if (overlap(source, target)) throw pathInUse(source);
}

function checkTarget(to: string, target: string): void {
  if (target === '') throw invalidDestination(to);
  const cleaned = cleanPath(target);
  if (cleaned !== target) throw uncleanDestination(target, cleaned);
  // The segments before the last may name namespaces, which have rules of their own.
  const [last = ''] = target.split('/').slice(-2);
  if (!isPrintable(last)) throw unprintableDestination();
  if (Buffer.byteLength(target) > MAX_WHOLE_BYTES)
    throw oversizeDestination(`path is longer than ${MAX_WHOLE_BYTES} bytes`);
}

/** No namespace has the name of a protected segment, so a path that begins with one names no namespace. */
function checkEnds(source: string, target: string): void {
  const ofSource = protectedSegment(source);
  const ofTarget = protectedSegment(target);
  if (source.startsWith('auth/token/')) throw protectedSource(source);
  if (ofSource === 'auth/' && !MAY_BE_AUTH.test(target)) throw authToNonAuth(target);
  if (ofSource && ofSource !== 'auth/') throw protectedSource(source);
  if (target.startsWith('auth/token/')) throw protectedAuthDestination(target);
  const isForAuth = ofTarget === 'auth/' && MAY_BE_AUTH.test(source);
  if (ofTarget && !isForAuth) throw protectedDestination(target);
}
