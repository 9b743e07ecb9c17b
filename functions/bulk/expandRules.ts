/**
 * Expands rules to rows: one for each mount that matches the pattern. As in policies, `+` matches one segment, and `*`
 * at the end matches any rest. The wildcards of the target are replaced, in their order, by what was matched.
 */

import { goQuote, refusal } from '../http/errors.ts';
import { MAX_BULK_MOVES, MAX_PREFIX_READS } from '../limits.ts';
import { indexPatterns, type PatternIndex } from '../policies/patternIndex.ts';
import { newPattern, type PathPattern } from '../policies/patterns.ts';
import type { Deps } from '../ports/deps.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { mountsBelow } from '../tree/findMount.ts';
import { innermostNamespaces } from '../tree/findNamespace.ts';
import type { Mount } from '../tree/mount.ts';
import { type Namespace, type NamespacedPath, requireUnlocked } from '../tree/namespace.ts';
import { mountPath, oversize } from '../tree/path.ts';
import { readUntilStable, type SeenMount } from '../tree/readUntilStable.ts';
import type { Paths } from './csv.ts';
import { tooManyMoves } from './errors.ts';

/**
 * Expands rules against the mounts that exist now. A rule covers the mounts of one namespace: the namespace that the
 * pattern names before its first wildcard, or else that of the request.
 * @param rules with paths relative to the namespace of the request
 * @param mayMatchNothing whether a rule may match no mount
 * @returns the moves of each rule, in the order of the rules and then of the paths
 * @throws VaultError 400 for a malformed rule, a rule that matches nothing, or more mounts than a run may move; 503 for one that
 *   covers the mounts of a locked namespace, whose paths are not told
 */
export async function expandRules(
  deps: Pick<Deps, 'store' | 'clock'>,
  rules: Partial<Paths>[],
  namespace: Namespace,
  mayMatchNothing = false,
): Promise<Paths[]> {
  const { store } = deps;
  const read = readRules(rules);
  const places = await innermostNamespaces(
    store,
    read.map(({ from }) => from),
    namespace,
  );
  for (const place of places) requireUnlocked(place.namespace);
  const listings = listingsOf(read.map((rule, i) => placedRule(rule, places[i] as NamespacedPath)));
  const look = async () => {
    let moves = 0;
    const matches = await severalAtOnce(listings, async (listing) => {
      const matched: Matched[] = [];
      for await (const mount of mountsBelow(store, listing.namespaceId, listing.prefix)) {
        const more = matchesOf(listing, mount);
        moves += more.length;
        if (moves > MAX_BULK_MOVES) throw tooManyMoves();
        matched.push(...more);
      }
      return matched;
    });
    return matches.flat();
  };
  const found = await readUntilStable(deps, look, ({ rule, uuid }) => `${rule} ${uuid}`);
  const matched = new Set(found.map(({ rule }) => rule));
  const idle = read.find(({ number }) => !matched.has(number));
  if (idle && !mayMatchNothing) throw refusal(`rule ${idle.number} matches no mount: ${goQuote(idle.from)}`);
  return found.sort((a, b) => a.rule - b.rule).map(({ from, to }) => ({ from, to }));
}

/** A move that a rule makes, with the mount as it was read. */
interface Matched extends Paths, SeenMount {
  /** Number of the rule, from 1. */
  rule: number;
}

/** A rule in the namespace whose mounts it covers. */
interface PlacedRule extends NumberedRule, Pick<PathPattern, 'segments' | 'isGlob'> {
  namespaceId: string;
  /** Relative to the namespace of the mounts. */
  pattern: string;
}

function placedRule(rule: NumberedRule, { namespace, path: pattern }: NamespacedPath): PlacedRule {
  const { segments, isGlob } = newPattern('', pattern.endsWith('*') ? pattern : mountPath(pattern));
  return { ...rule, segments, isGlob, namespaceId: namespace.id, pattern };
}

/** One read of mounts, and the rules that may match one of them. */
interface Listing {
  namespaceId: string;
  prefix: string;
  rules: PatternIndex<PlacedRule>;
}

/** Each mount is read once, however many rules may match it. */
function listingsOf(rules: PlacedRule[]): Listing[] {
  // A wildcard stands for one character at least, so what is too long for a mount matches none.
  const matching = rules.filter(({ pattern }) => !oversize(mountPath(pattern)));
  return [...Map.groupBy(matching, ({ namespaceId }) => namespaceId)].flatMap(([namespaceId, own]) => {
    const index = indexPatterns(own);
    return prefixesOf(own).map((prefix) => ({ namespaceId, prefix, rules: index }));
  });
}

/** The prefixes of all paths that the rules match: none is the beginning of another. One is read faster than many. */
function prefixesOf(rules: PlacedRule[]): string[] {
  const widest: string[] = [];
  for (const prefix of rules.map(({ pattern }) => literalOf(pattern)).sort()) {
    const last = widest.at(-1);
    if (last === undefined || !prefix.startsWith(last)) widest.push(prefix);
  }
  return widest.length > MAX_PREFIX_READS ? [''] : widest;
}

function matchesOf({ rules }: Listing, { uuid, path, version }: Mount): Matched[] {
  return rules.matching(path.split('/')).found.flatMap(({ number, from, to, pattern }): Matched[] => {
    const captured = patternOf(pattern).exec(path)?.slice(1);
    if (!captured) return [];
    const above = from.slice(0, from.length - pattern.length);
    return [{ rule: number, from: above + path, to: filled(to, captured), uuid, path, version }];
  });
}

/** A segment that is a plus, or an asterisk at the end. */
const WILDCARD = /(?<=^|\/)\+(?=\/|$)|\*$/g;

export interface NumberedRule extends Paths {
  /** From 1. */
  number: number;
}

/** @throws VaultError 400 for a rule without both paths, or with wildcards that do not match */
export function readRules(rules: Partial<Paths>[]): NumberedRule[] {
  return rules.map((rule, i) => readRule(rule, i + 1));
}

function readRule({ from, to }: Partial<Paths>, number: number): NumberedRule {
  if (!from || !to) throw refusal(`rule ${number} needs both 'from' and 'to'`);
  const wildcards = wildcardsOf(from);
  if (wildcards === undefined || wildcards !== wildcardsOf(to)) {
    const what = "'from' and 'to' must have the same wildcards in the same order, and '*' at the end only";
    throw refusal(`rule ${number}: ${what}`);
  }
  return { number, from: from.replace(/^\//, ''), to };
}

/** The wildcards of a pattern as a text such as `++*`; undefined if one is misplaced. */
function wildcardsOf(pattern: string): string | undefined {
  const body = pattern.replace(/\*$/, '');
  const segments = body.split('/');
  const isMisplaced = body.includes('*') || segments.some((part) => part !== '+' && part.includes('+'));
  if (isMisplaced) return undefined;
  return '+'.repeat(segments.filter((part) => part === '+').length) + (body === pattern ? '' : '*');
}

/** @param pattern relative to the namespace of the mounts */
function patternOf(pattern: string): RegExp {
  const isPrefix = pattern.endsWith('*');
  const body = isPrefix ? pattern.slice(0, -1) : mountPath(pattern);
  const source = body
    .split('/')
    .map((part) => (part === '+' ? '([^/]+)' : RegExp.escape(part)))
    .join('/');
  return new RegExp(`^${source}${isPrefix ? '(.+)' : ''}$`, 'su');
}

/** The prefix of all paths that match a pattern. */
function literalOf(pattern: string): string {
  const wildcard = pattern.search(WILDCARD);
  return wildcard === -1 ? mountPath(pattern) : pattern.slice(0, wildcard);
}

function filled(to: string, captured: string[]): string {
  let next = 0;
  return to.replaceAll(WILDCARD, () => captured[next++] ?? '');
}
