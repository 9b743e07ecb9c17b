/** Random policies and moves: one pass for all moves makes of a policy what the moves one after the other would make of it. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movesMatched, movesNamed } from '../../functions/bulk/movesOfRules.ts';
import { type RunPolicy, rulesAddedBy } from '../../functions/bulk/runPolicy.ts';
import { settledPolicy, withAddedRules } from '../../functions/bulk/runPolicyTexts.ts';
import { movedRule, namesOnly } from '../../functions/policies/movedRule.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import type { Item } from '../../functions/ports/store.ts';
import type { Ends } from '../../functions/remount/missingRules.ts';
import { policyChanges } from '../../functions/remount/policyChanges.ts';
import { sha256 } from '../../functions/store/keys.ts';
import { printHcl, printJson } from '../policies/printPolicy.ts';

const NOW = Date.UTC(2026, 0);

/** The namespace of the policy, and mounts in it and below it with their targets; no target is the place of another. */
const HOME = 'org/';
const PLACES: [from: string, to: string][] = [
  ['org/|kv/', 'org/|new/kv/'],
  ['org/|team/kv/', 'org/team-b/|kv/'],
  ['org/team-a/|kv/', 'org/|a-kv/'],
  ['org/|auth/people/', 'org/|auth/staff/'],
  ['org/|keys/', 'org/|keys-of-all/ssh/'],
  ['org/team-a/|auth/ci/', 'org/team-b/|auth/ci/'],
];

function place(text: string): Ends['source'] {
  const [namespace = '', path = ''] = text.split('|');
  return { namespace: { path: namespace }, path };
}

const ALL: Ends[] = PLACES.map(([from, to]) => ({ source: place(from), target: place(to) }));

/** Paths relative to the namespace of the policy. */
const paths = fc
  .tuple(
    fc.constantFrom(...PLACES.flat()),
    fc.constantFrom('', 'sys/mounts/', 'sys/leases/revoke/', 'sys/auth/'),
    fc.constantFrom('', '/', '/*', '/a', '/a/*', '/+', '/+/b', '/tune', '*'),
  )
  .map(([text, before, end]) => {
    const { namespace, path } = place(text);
    const bare = path.slice(0, -1);
    const name = before === 'sys/auth/' ? bare.replace(/^auth\//, '') : bare;
    return namespace.path.slice(HOME.length) + before + name + end;
  });

const rules = fc.array(
  fc.record({
    path: fc.oneof({ weight: 9, arbitrary: paths }, fc.constantFrom('*', '+/a', 'sys/*', 'other/a')),
    capabilities: fc.constantFrom<('read' | 'list' | 'deny')[]>(['read'], ['list', 'read'], ['deny']),
  }),
  { minLength: 1, maxLength: 10 },
);

const cases = fc.record({
  rules,
  print: fc.constantFrom(printHcl, printJson),
  order: fc.shuffledSubarray(ALL, { minLength: 1 }),
  mode: fc.constantFrom('add' as const, 'follow' as const),
  /** Which moves of the order fail. */
  failed: fc.array(fc.boolean(), { minLength: ALL.length, maxLength: ALL.length }),
  /** What somebody else writes before the text meanwhile. */
  written: fc.boolean(),
});

function stored(text: string, version = 1): Item {
  const compiled = JSON.stringify(parsePolicy(text));
  return { pk: 'policies#org', sk: 'p', version, casRequired: false, text, compiled };
}

const ref = { namespaceId: 'org', namespacePath: HOME, name: 'p' };

/** The text after single moves, one after the other. */
function oneByOne(text: string, mode: 'add' | 'follow', moves: Ends[]): string {
  return moves.reduce((left, ends) => {
    const { changes } = policyChanges({ mode, policies: [ref] }, [stored(left)], { ends, now: NOW });
    return changes[0]?.after ?? left;
  }, text);
}

describe('the moves of a rule', () => {
  it('are found as by a look at each move', () => {
    const found = { named: 0, matched: 0 };
    fc.assert(
      fc.property(paths, fc.shuffledSubarray(ALL), (path, moves) => {
        const needs = ({ source, target }: Ends) => movedRule(HOME, path, source, target).length > 0;
        const named = moves.filter((ends) => needs(ends) && namesOnly(HOME, path, ends.source));
        const matched = moves.filter(needs);
        expect([...movesNamed(moves)(HOME, path)].filter(needs)).toEqual(named);
        expect(new Set(movesMatched(moves)(HOME, path))).toEqual(new Set(matched));
        found.named += named.length;
        found.matched += matched.length;
      }),
      { numRuns: 2_000 },
    );
    expect(found.named).toBeGreaterThan(200);
    expect(found.matched).toBeGreaterThan(found.named);
  });
});

describe('a policy that a run has changed', () => {
  it('has the text that the moves that were made would have given it one after the other', () => {
    let changed = 0;
    fc.assert(
      fc.property(cases, ({ rules, print, order, mode, failed, written }) => {
        const text = print(rules);
        const first = withAddedRules(ref, stored(text), movesNamed(order), NOW);
        const policy = noted(first);
        const added = typeof first === 'object' ? first.after : text;
        expect(added).toBe(oneByOne(text, 'add', order));

        const mine = written && print === printHcl ? '# mine\n' : '';
        const made = order.filter((_, i) => !failed[i]);
        const last = settledPolicy(
          { mode, follows: mode === 'follow' },
          policy,
          stored(mine + added, 3),
          { movesFor: movesNamed(made), isWhole: made.length === order.length },
          NOW,
        );
        expect(last).toMatchObject({ after: mine + oneByOne(text, mode, made) });
        if (added !== text) changed++;
      }),
      { numRuns: 1_500 },
    );
    expect(changed).toBeGreaterThan(500);
  });

  it('gets its text back from an undo', () => {
    fc.assert(
      fc.property(cases, ({ rules, print, order, mode, failed }) => {
        const text = print(rules);
        const made = order.filter((_, i) => !failed[i]);
        const moves = { movesFor: movesNamed(made), isWhole: made.length === order.length };
        const follows = mode === 'follow';
        const first = withAddedRules(ref, stored(text), movesNamed(order), NOW);
        const item = stored(typeof first === 'object' ? first.after : text);
        const changed = settledPolicy({ mode, follows }, noted(first), item, moves, NOW);
        if (typeof changed !== 'object') throw new Error(changed);

        const undone = { ...ref, restores: { digest: sha256(changed.after), back: changed.back } };
        const backwards = made.map(({ source, target }) => ({ source: target, target: source }));
        const begun = withAddedRules(undone, stored(changed.after), movesNamed(backwards), NOW);
        const between = stored(typeof begun === 'object' ? begun.after : changed.after);
        const all = { movesFor: movesNamed(backwards), isWhole: true };
        const restored = { ...undone, ...noted(begun) };
        const end = settledPolicy({ mode: 'restore', follows }, restored, between, all, NOW);
        expect(end).toMatchObject({ after: text });
      }),
      { numRuns: 1_000 },
    );
  });
});

/** What the record of the run has of a policy with added rules. */
function noted(
  change: ReturnType<typeof withAddedRules>,
): typeof ref & Pick<RunPolicy, 'digest' | 'back' | 'added'> {
  if (typeof change !== 'object') return ref;
  return { ...ref, digest: sha256(change.after), back: change.back, added: rulesAddedBy(change) };
}
