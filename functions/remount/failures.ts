/** Why an accepted migration fails: the code and the text that its record keeps. Pure. */

import { SWITCH_DEADLINE_MS } from '../limits.ts';
import { type Failure, fullPath, type Migration, type Place } from './migration.ts';

export function sourceGone(source: Place): Failure {
  return { code: 'source_gone', message: `no matching mount at "${fullPath(source)}"` };
}

export function namespaceGone({ namespacePath }: Place): Failure {
  return { code: 'namespace_gone', message: `namespace "${namespacePath}" is gone` };
}

/** @param path of the namespace that is locked; it may be above that of the move */
export function namespaceIsLocked(path: string): Failure {
  return { code: 'namespace_locked', message: `namespace "${path}" is locked` };
}

/**
 * What is in the way below the target is named only if the target is in the namespace of the source or below that: the error is
 * read in the namespaces of both ends (R10).
 * @param taken the path of the mount or namespace that is in the way, in the namespace of the target
 */
export function targetInUse(
  { source, target }: Pick<Migration, 'source' | 'target'>,
  taken: string,
): Failure {
  const isTold = target.path.startsWith(taken) || target.namespacePath.startsWith(source.namespacePath);
  const path = target.namespacePath + (isTold ? taken : target.path);
  return { code: 'target_in_use', message: `path already in use at "${path}"` };
}

/** The deadline of architecture §5 has passed. */
export function notSwitchedInTime(): Failure {
  const minutes = SWITCH_DEADLINE_MS / 60_000;
  const message = `the mount could not be switched within ${minutes} minutes; nothing has changed`;
  return { code: 'not_switched_in_time', message };
}
