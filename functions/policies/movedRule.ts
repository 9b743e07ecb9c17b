/** Which rules of a policy name a mount, and what they must name after its move (contract §5.2). Pure. */

import { newPattern, type PathPattern } from './patterns.ts';

/** Absolute paths of a mount before and after its move, with a trailing slash. */
export interface Ends {
  source: string;
  target: string;
}

/**
 * A rule that matches both paths of the mount, such as `*`, needs no change.
 * @param namespacePath of the policy; its rules are relative to it
 * @param path the rule's, as in the policy
 * @returns the absolute path that the rule needs after the move; nothing if the rule does not match the source, or
 *   matches the target as well
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
function names({ segments, isGlob }: PathPattern, mount: string[]): boolean {
  const last = segments.length - 1;
  if (!isGlob && segments.length < mount.length) return false;
  return mount.every((part, i) => {
    const wanted = segments[i];
    if (wanted === null) return true;
    if (wanted === undefined) return isGlob;
    return isGlob && i === last ? part.startsWith(wanted) : part === wanted;
  });
}

/** The part of a rule after the mount's path. */
function restBehind({ segments, isGlob }: PathPattern, depth: number): string {
  const rest = segments.slice(depth).map((segment) => segment ?? '+');
  return rest.join('/') + (isGlob ? '*' : '');
}
