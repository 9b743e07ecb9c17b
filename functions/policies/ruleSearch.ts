/** Two ways to find the rules of a token for a path: the first is fast for a few paths, the second for many. Pure. */

import { refusal } from '../http/errors.ts';
import { MAX_RULE_STEPS } from '../limits.ts';
import { type Grant, grantsAnything } from './grant.ts';
import { type Found, indexPatterns, type PatternIndex } from './patternIndex.ts';
import { isBelow, matches, type PathPattern } from './patterns.ts';

/** The rules of a token. */
export interface Rules {
  /** Full path → grant. */
  exact: Map<string, Grant>;
  /** By patternKey. */
  patterns: Map<string, PathPattern>;
}

export interface RuleSearch {
  /** The patterns that match a path. */
  matching(path: string): PathPattern[];
  /**
   * Whether a rule that grants anything is for a path in the mount.
   * @param mountPath with the namespace's path and a trailing slash
   */
  grantBelow(mountPath: string): boolean;
}

/** Compares each path with each rule. */
export function comparedRules({ exact, patterns }: Rules): RuleSearch {
  return {
    matching(path) {
      const segments = path.split('/');
      const found: PathPattern[] = [];
      for (const pattern of patterns.values()) if (matches(pattern, segments)) found.push(pattern);
      return found;
    },
    grantBelow(mountPath) {
      const segments = mountSegments(mountPath);
      return (
        [...exact].some(([path, grant]) => path.startsWith(mountPath) && grantsAnything(grant)) ||
        [...patterns.values()].some((pattern) => isBelow(pattern, segments) && grantsAnything(pattern.grant))
      );
    },
  };
}

/**
 * Looks each path up in an index of all rules. Rules may be written so that most of them have to be looked at for each path.
 * Then all searches together throw VaultError 400 when they have taken too many steps.
 */
export function indexedRules({ exact, patterns }: Rules): RuleSearch {
  const all = indexPatterns(patterns.values());
  let granting: PatternIndex<IndexedPattern> | undefined;
  let stepsLeft = MAX_RULE_STEPS;
  const counted = <T>({ found, steps }: Found<T>): T => {
    stepsLeft -= steps;
    if (stepsLeft < 0) throw refusal(TOO_MANY_STEPS);
    return found;
  };
  return {
    matching: (path) => counted(all.matching(path.split('/'))),
    grantBelow(mountPath) {
      granting ??= indexPatterns(grantingRules({ exact, patterns }));
      return counted(granting.hasBelow(mountSegments(mountPath)));
    },
  };
}

const TOO_MANY_STEPS =
  'the policies of the token have too many rules with wildcards for so many paths at once';

type IndexedPattern = Pick<PathPattern, 'segments' | 'isGlob'>;

function grantingRules({ exact, patterns }: Rules): IndexedPattern[] {
  const literal = [...exact].filter(([, grant]) => grantsAnything(grant));
  return [
    ...literal.map(([path]) => ({ segments: path.split('/'), isGlob: false })),
    ...[...patterns.values()].filter(({ grant }) => grantsAnything(grant)),
  ];
}

function mountSegments(mountPath: string): string[] {
  return mountPath.split('/').slice(0, -1);
}
