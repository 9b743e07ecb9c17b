/** Random policies: what they decide about a mount before its move, they decide about it afterwards. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../functions/http/message.ts';
import { type AccessDecision, authorize, buildAcl } from '../../functions/policies/acl.ts';
import type { Capability, PathRule } from '../../functions/policies/pathRule.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { policyChanges } from '../../functions/remount/policyChanges.ts';
import { printHcl, printJson } from '../policies/printPolicy.ts';

const NOW = Date.UTC(2026, 0);

/** What precedes the path of the mount, or of an auth method in its table. */
const BEFORE = ['', 'sys/mounts/', 'sys/leases/revoke/', 'sys/internal/ui/mounts/'];
const BEHIND = ['', '/', '/*', '/a', '/a/*', '/a*', '/+', '/+/b', '/a/+', '/+/*', '/tune'];

const capabilities = fc.constantFrom<Capability[]>(
  ['read'],
  ['list', 'read'],
  ['list', 'read', 'update'],
  ['update', 'sudo'],
  ['deny'],
);
const rest = fc.record<Omit<PathRule, 'path'>, 'capabilities'>(
  {
    capabilities,
    allowedParameters: fc.constant([{ name: 'size', values: ['small'] }]),
    deniedParameters: fc.constant([{ name: 'force', values: [] }]),
    requiredParameters: fc.constant(['size']),
    minWrappingTtl: fc.constant(60),
  },
  { requiredKeys: ['capabilities'] },
);

const move = fc.constantFrom(
  ['kv', 'new/kv'],
  ['team/kv', 'x'],
  ['auth/people', 'auth/staff'],
  ['auth/old/people', 'auth/people'],
);

const others = fc.constantFrom('*', 'sys/*', 'other/a', 'auth/other/*', 'sys/mounts/other');

/** Requests of one kind, and rules that are mostly about the same kind. */
const cases = fc.tuple(move, fc.nat()).chain(([[from = '', to = ''], kind]) => {
  const tables = from.startsWith('auth/') ? [...BEFORE, 'sys/auth/'] : BEFORE;
  const names = tables.map((before) => (mount: string) => {
    return before === 'sys/auth/' ? before + mount.slice('auth/'.length) : before + mount;
  });
  const about = names[kind % names.length] as (mount: string) => string;
  const anyName = fc.oneof({ weight: 4, arbitrary: fc.constant(about) }, fc.constantFrom(...names));
  const path = fc.tuple(anyName, fc.constantFrom(...BEHIND)).map(([name, end]) => name(from) + end);
  const rule = fc.tuple(fc.oneof({ weight: 4, arbitrary: path }, others), rest);
  return fc.record({
    ends: fc.constant([from, to] as const),
    rules: fc.array(
      rule.map(([path, more]) => ({ path, ...more })),
      { minLength: 1, maxLength: 6 },
    ),
    about: fc.constant(about),
    end: fc.constantFrom('/', '/a', '/a/b', '/ab', '/b/b', '/tune'),
    operation: fc.constantFrom<Operation>('read', 'list', 'update'),
    parameters: fc.constantFrom({}, { size: 'small' }, { size: 'small', force: true }, { size: 'big' }),
    print: fc.constantFrom(printHcl, printJson),
  });
});

/** The text after a move with policies. */
function textAfter(text: string, mode: 'add' | 'follow', [from, to]: readonly [string, string]): string {
  const item = {
    ...{ pk: 'policies#root', sk: 'p', version: 1, casRequired: false },
    ...{ text, compiled: JSON.stringify(parsePolicy(text)) },
  };
  const ref = { namespaceId: 'root', namespacePath: '', name: 'p' };
  const place = (path: string) => ({ namespace: { path: '' }, path: `${path}/` });
  const ends = { source: place(from), target: place(to) };
  const { changes, left } = policyChanges({ mode, policies: [ref] }, [item], { ends, now: NOW });
  expect(left).toEqual([]);
  return changes[0]?.after ?? text;
}

describe('a policy that a move has changed', () => {
  it.each(['add', 'follow'] as const)('by "%s" decides at the target as it did at the source', (mode) => {
    let granted = 0;
    fc.assert(
      fc.property(cases, ({ ends, rules, about, end, operation, parameters, print }) => {
        const decide = (text: string, path: string): AccessDecision =>
          authorize(buildAcl([{ namespacePath: '', policy: parsePolicy(text) }]), {
            ...{ operation, path, parameters },
          });
        const text = print(rules);
        const after = textAfter(text, mode, ends);
        const before = decide(text, about(ends[0]) + end);

        expect(decide(after, about(ends[1]) + end)).toEqual(before);
        if (mode === 'add') expect(decide(after, about(ends[0]) + end)).toEqual(before);
        if (before.allowed) granted++;
      }),
      { numRuns: 2_000 },
    );
    expect(granted).toBeGreaterThan(100);
  });
});
