/**
 * Rules: moves of all mounts that fit a pattern. As in policies, `+` stands for one segment and `*` at the end for
 * whatever follows; the target takes them over in their order.
 */

import { MAX_BULK_MOVES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Store } from '../ports/store.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { mountsBelow } from '../tree/findMount.ts';
import { innermostNamespaces } from '../tree/findNamespace.ts';
import type { Namespace } from '../tree/namespace.ts';
import { mountPath } from '../tree/path.ts';
import { readUntilStable, type SeenMount } from '../tree/readUntilStable.ts';
import type { Paths } from './csv.ts';
import { rulePaths, ruleWildcards, ruleWithoutMount, tooManyMoves } from './errors.ts';

/** A rule as it was asked for; the paths relative to the namespace of the request. */
export interface Rule {
  from?: string | undefined;
  to?: string | undefined;
}

/** A mount that a rule names, and where it is to go. */
export interface Expanded extends Paths {
  /** Number of the rule, from 1. */
  rule: number;
}

/**
 * Expands rules against the mounts there are, those of a rule in the order of their paths. A rule is about the
 * mounts of one namespace: that of the request, or the one that the pattern names before its first wildcard.
 * @param mayMatchNothing whether a rule without a mount is no mistake
 * @throws VaultError 400 for rules that are none, match nothing, or match too much
 */
export async function expandRules(
  deps: Pick<Deps, 'store' | 'clock'>,
  rules: Rule[],
  namespace: Namespace,
  mayMatchNothing = false,
): Promise<Expanded[]> {
  const { store } = deps;
  const read = rules.map((rule, i) => readRule(rule, i + 1));
  const places = await innermostNamespaces(
    store,
    read.map(({ from }) => from),
    namespace,
  );
  const look = async () => {
    const matches = await severalAtOnce([...read.entries()], ([i, rule]) => {
      const { namespace: within, path: pattern } = places[i] ?? { namespace, path: rule.from };
      return matchesOf(store, rule, within, pattern);
    });
    return matches.flat();
  };
  const found = await readUntilStable(deps, look, ({ rule, uuid }) => `${rule} ${uuid}`);
  const matched = new Set(found.map(({ rule }) => rule));
  const idle = read.find(({ number }) => !matched.has(number));
  if (idle && !mayMatchNothing) throw ruleWithoutMount(idle.number, idle.from);
  return found.sort((a, b) => a.rule - b.rule).map(({ rule, from, to }) => ({ rule, from, to }));
}

type Matched = Expanded & SeenMount;

/** @param pattern the rule's, relative to the namespace of the mounts */
async function matchesOf(
  store: Store,
  { number, from, to }: ReadRule,
  namespace: Namespace,
  pattern: string,
): Promise<Matched[]> {
  const above = from.slice(0, from.length - pattern.length);
  const fits = patternOf(pattern);
  const matched: Matched[] = [];
  for await (const { uuid, path, version } of mountsBelow(store, namespace.id, literalOf(pattern))) {
    const captured = fits.exec(path)?.slice(1);
    if (captured)
      matched.push({ rule: number, from: above + path, to: filled(to, captured), uuid, path, version });
    if (matched.length > MAX_BULK_MOVES) throw tooManyMoves();
  }
  return matched;
}

/** A segment that is a plus, or an asterisk at the end. */
const WILDCARD = /(?<=^|\/)\+(?=\/|$)|\*$/g;

interface ReadRule extends Paths {
  number: number;
}

function readRule({ from, to }: Rule, number: number): ReadRule {
  if (!from || !to) throw rulePaths(number);
  const wildcards = wildcardsOf(from);
  if (wildcards === undefined || wildcards !== wildcardsOf(to)) throw ruleWildcards(number);
  return { number, from: from.replace(/^\//, ''), to };
}

/** The wildcards of a pattern as a text; undefined when one stands where it means nothing. */
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

/** What all paths begin with that fit a pattern. */
function literalOf(pattern: string): string {
  const wildcard = pattern.search(WILDCARD);
  return wildcard === -1 ? mountPath(pattern) : pattern.slice(0, wildcard);
}

function filled(to: string, captured: string[]): string {
  let next = 0;
  return to.replaceAll(WILDCARD, () => captured[next++] ?? '');
}
