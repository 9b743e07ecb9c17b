/** Finds the rules of a token for a path. Pure. */

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
  /** Rules that nobody here can judge: a request that one of them may match is refused. */
  unjudged: UnjudgedRule[];
}

interface UnjudgedRule extends Reach {
  why: string;
}

/** What a rule matches. */
type Reach = Pick<PathPattern, 'segments' | 'isGlob'>;

export interface RuleSearch {
  /** The patterns that match a path. */
  matching(path: string): PathPattern[];
  /**
   * Whether a rule that grants anything is for a path in the mount.
   * @param mountPath with the namespace's path and a trailing slash
   */
  grantBelow(mountPath: string): boolean;
  /** Why a path cannot be judged, by one of the rules that say so; undefined if it can be. */
  whyUnjudged(path: string): string | undefined;
}

/** As many are compared faster than an index is made. */
const FEW_PATHS = 8;

/**
 * Compares the first paths with each rule, and looks further ones up in an index of all rules, which costs more than it saves
 * for a few. Rules may be written so that most of them have to be looked at for each path. Then the searches throw VaultError 400
 * when they have taken too many steps together.
 */
export function searchOf(rules: Rules): RuleSearch {
  const compared = comparedRules(rules);
  let indexed: RuleSearch | undefined;
  let paths = 0;
  const next = () => {
    paths += 1;
    if (paths <= FEW_PATHS) return compared;
    indexed ??= indexedRules(rules);
    return indexed;
  };
  return {
    matching: (path) => next().matching(path),
    grantBelow: (mountPath) => next().grantBelow(mountPath),
    // Few policies have such rules.
    whyUnjudged: (path) => (rules.unjudged.length > 0 ? next().whyUnjudged(path) : undefined),
  };
}

/** Compares each path with each rule. */
function comparedRules({ exact, patterns, unjudged }: Rules): RuleSearch {
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
    whyUnjudged(path) {
      const segments = path.split('/');
      return unjudged.find((rule) => matches(rule, segments))?.why;
    },
  };
}

/** Looks each path up. */
function indexedRules({ exact, patterns, unjudged }: Rules): RuleSearch {
  const all = indexPatterns(patterns.values());
  const refused = indexPatterns(unjudged);
  let granting: PatternIndex<Reach> | undefined;
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
    whyUnjudged: (path) => counted(refused.matching(path.split('/')))[0]?.why,
  };
}

const TOO_MANY_STEPS =
  'the policies of the token have too many rules with wildcards for so many paths at once';

function grantingRules({ exact, patterns }: Pick<Rules, 'exact' | 'patterns'>): Reach[] {
  const literal = [...exact].filter(([, grant]) => grantsAnything(grant));
  return [
    ...literal.map(([path]) => ({ segments: path.split('/'), isGlob: false })),
    ...[...patterns.values()].filter(({ grant }) => grantsAnything(grant)),
  ];
}

function mountSegments(mountPath: string): string[] {
  return mountPath.split('/').slice(0, -1);
}
