/** Which rules of a policy name a mount, and what they would have to say when it has moved (contract §5.2). Pure. */

import { newPattern, type Pattern } from './patterns.ts';

/** Absolute paths of a mount, with their trailing slash. */
export interface Ends {
  source: string;
  target: string;
}

/**
 * A rule that covers both ends, such as `*`, misses nothing.
 * @param namespacePath of the policy, whose rules are relative to it
 * @param path as in the policy
 * @returns the absolute path that a rule would need at the target; nothing where the rule does not name the source, or
 *   names the target as well
 */
export function movedRule(namespacePath: string, path: string, { source, target }: Ends): string | undefined {
  const pattern = newPattern(namespacePath, path);
  if (!names(pattern, segmentsOf(source)) || names(pattern, segmentsOf(target))) return undefined;
  return target + restBehind(pattern, segmentsOf(source).length);
}

function segmentsOf(mount: string): string[] {
  return mount.split('/').slice(0, -1);
}

/** Whether the pattern matches the mount's path, or anything below it. */
function names({ segments, isGlob }: Pattern, mount: string[]): boolean {
  const last = segments.length - 1;
  if (!isGlob && segments.length < mount.length) return false;
  return mount.every((part, i) => {
    const wanted = segments[i];
    if (wanted === null) return true;
    if (wanted === undefined) return isGlob;
    return isGlob && i === last ? part.startsWith(wanted) : part === wanted;
  });
}

/** What a rule says behind the mount's path. */
function restBehind({ segments, isGlob }: Pattern, depth: number): string {
  const rest = segments.slice(depth).map((segment) => segment ?? '+');
  return rest.join('/') + (isGlob ? '*' : '');
}
