/** Which rules of a policy name a mount, and what they must name after its move (contract §5.2). Pure. */

import { newPattern } from './patterns.ts';
import { type MountPlace, ownPath, systemPaths } from './requestPaths.ts';

/** What a rule demands of the rest of a path whose beginning has matched. A glob without segments demands nothing. */
interface Rest {
  segments: (string | null)[];
  isGlob: boolean;
}

/**
 * A rule that matches at the target whatever it matches at the source, such as `*`, needs no change.
 * @param namespacePath of the policy; its rules are relative to it
 * @param path the rule's, as in the policy
 * @returns the absolute paths that the rule needs besides, to grant after the move what it grants before
 */
export function movedRule(
  namespacePath: string,
  path: string,
  source: MountPlace,
  target: MountPlace,
): string[] {
  const rule = newPattern(namespacePath, path);
  const targets = systemPaths(target);
  const moved = systemPaths(source).flatMap((from, i) => movedPaths(rule, from, targets[i] as string[]));
  return [...movedPaths(rule, ownPath(source), ownPath(target), belowMount), ...moved];
}

/**
 * Whether a rule names this mount and no other: it has no wildcard up to the end of the mount's path.
 * @param namespacePath of the policy
 */
export function namesOnly(namespacePath: string, path: string, mount: MountPlace): boolean {
  const rule = newPattern(namespacePath, path);
  return [ownPath(mount), ...systemPaths(mount)].some((place) => {
    const rest = restBehind(rule, place);
    const isLiteral = place.every((part, i) => rule.segments[i] === part);
    return rest !== undefined && isLiteral && !isEverything(rest);
  });
}

/** @param narrowed the part of what a rule demands that there are requests for */
function movedPaths(rule: Rest, from: string[], to: string[], narrowed = (rest: Rest) => rest): string[] {
  const [here, there] = [from, to].map((place) => restBehind(rule, place));
  if (here === undefined) return [];
  const rest = narrowed(here);
  if (there !== undefined && includes(there, rest)) return [];
  return endsOf(rest).map((end) => to.join('/') + end);
}

/** Engines answer nothing at the path of the mount without a slash. The system does. */
function belowMount(rest: Rest): Rest {
  return isEverything(rest) ? { segments: [''], isGlob: true } : rest;
}

/** @returns nothing if the rule does not match the place, nor any path below it */
function restBehind({ segments, isGlob }: Rest, place: string[]): Rest | undefined {
  const last = segments.length - 1;
  for (const [i, part] of place.entries()) {
    const wanted = segments[i];
    if (wanted === undefined) return undefined;
    if (isGlob && i === last) {
      return part.startsWith(wanted ?? '') ? { segments: [], isGlob } : undefined;
    }
    if (wanted !== null && wanted !== part) return undefined;
  }
  return { segments: segments.slice(place.length), isGlob };
}

/** Whether everything that matches one rest matches another. */
function includes({ segments, isGlob }: Rest, other: Rest): boolean {
  const last = segments.length - 1;
  if (other.segments.length < segments.length) return false;
  if (!isGlob && (other.isGlob || other.segments.length > segments.length)) return false;
  return segments.every((wanted, i) => {
    const given = other.segments[i];
    if (wanted === null || wanted === given) return true;
    return isGlob && i === last && (given ?? '').startsWith(wanted);
  });
}

function isEverything({ segments, isGlob }: Rest): boolean {
  return isGlob && segments.length === 0;
}

/** The ends of the paths that match the rest: one path matches either the place itself or what is below it. */
function endsOf(rest: Rest): string[] {
  if (isEverything(rest)) return ['', '/*'];
  return [rest.segments.map((segment) => `/${segment ?? '+'}`).join('') + (rest.isGlob ? '*' : '')];
}
