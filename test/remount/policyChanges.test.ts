/** How much of policies one switch changes. */

import { describe, expect, it } from 'vitest';
import { policyItem } from '../../functions/cluster/clusterAccess.ts';
import {
  MAX_CLUSTER_POLICIES,
  MAX_POLICY_UNDO_BYTES,
  MAX_SWITCH_POLICY_BYTES,
} from '../../functions/limits.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { policyChanges } from '../../functions/remount/policyChanges.ts';

const roomFor = ({ length }: unknown[]) =>
  `the transaction of the switch has room for ${length} policies; a bulk run of this move writes more, before and after it`;
const NOW = Date.UTC(2026, 0);

/** The changes of so many policies with one text, in a move from `from` to `to`. */
function changesOf(text: string, count: number, [from, to] = ['kv/', 'new/'], isOnCluster = false) {
  const names = Array.from({ length: count }, (_, i) => `p${i}`);
  const compiled = JSON.stringify(parsePolicy(text));
  const items = names.map((sk) => ({ pk: 'policies#root', sk, text, compiled, version: 1 }));
  const policies = names.map((name) => ({ namespaceId: 'root', namespacePath: '', name }));
  const place = (path: string) => ({ namespace: { path: '' }, path });
  const ends = { source: place(from ?? ''), target: place(to ?? '') };
  return policyChanges({ mode: 'follow', policies }, items, { ends, now: NOW }, isOnCluster);
}

describe('a switch', () => {
  it(`writes at most MAX_SWITCH_POLICY_BYTES of policies`, () => {
    const text = `#${'x'.repeat(90_000)}\npath "kv/a" { policy = "read" }`;
    const fit = Math.floor(MAX_SWITCH_POLICY_BYTES / (text.length + 200));
    const { changes, left } = changesOf(text, fit + 3);
    expect(fit).toBeGreaterThan(20);
    expect(changes.length).toBeGreaterThanOrEqual(fit - 1);
    expect(changes.length).toBeLessThanOrEqual(fit);
    expect(new Set(left.map(({ reason }) => reason))).toEqual(new Set([roomFor(changes)]));
  });

  it('records at most MAX_POLICY_UNDO_BYTES of what takes the changes back', () => {
    const text = Array.from({ length: 700 }, (_, i) => `path "kv/${'d'.repeat(30)}${i}" {}`).join('\n');
    const { changes, left } = changesOf(text, 10);
    const bytes = changes.map(({ back }) => JSON.stringify(back).length).reduce((a, b) => a + b);
    expect(bytes).toBeLessThanOrEqual(MAX_POLICY_UNDO_BYTES);
    expect(changes.length).toBeGreaterThan(0);
    expect(left.length).toBe(10 - changes.length);
  });

  it('changes fewer policies the deeper the paths are, and always fits one transaction', () => {
    const text = 'path "kv/a" {}';
    const deep = `${'d/'.repeat(32)}`;
    expect(changesOf(text, 100).changes).toHaveLength(58);
    expect(changesOf(text, 100, ['kv/', deep]).changes).toHaveLength(27);
  });

  it.each([
    ['+/', 'kv/*'],
    ['a*/', 'sys/mounts/kv'],
    ['{{x}}/', 'kv/*'],
  ])('leaves rules for a target that would be read as a wildcard or a template: %s', (to, rule) => {
    expect(changesOf(`path "${rule}" {}`, 1, ['kv/', to])).toEqual({ changes: [], left: [] });
  });

  it('leaves a policy that the new path would make invalid', () => {
    const { changes, left } = changesOf('path "kv/*" {}', 1, ['kv/', 'a/+*/']);
    expect(changes).toEqual([]);
    expect(left[0]?.reason).toBe('with the new rules, its text would be too long or no policy');
  });
});

describe('a migration on a cluster', () => {
  it('changes at most MAX_CLUSTER_POLICIES, whatever fits a transaction', () => {
    const { changes, left } = changesOf(
      'path "kv/a" {}',
      MAX_CLUSTER_POLICIES + 2,
      ['kv/', 'd/'.repeat(32)],
      true,
    );
    expect(changes).toHaveLength(MAX_CLUSTER_POLICIES);
    expect(new Set(left.map(({ reason }) => reason))).toEqual(
      new Set([`the record of a migration has room for ${MAX_CLUSTER_POLICIES} policies`]),
    );
  });

  it('changes rules that only the cluster understands', () => {
    const text = 'path "kv/a" { control_group = { factor "f" {} } capabilities = ["subscribe"] }';
    expect(() => parsePolicy(text)).toThrow();
    const ends = {
      source: { namespace: { path: '' }, path: 'kv/' },
      target: { namespace: { path: '' }, path: 'new/' },
    };
    const item = policyItem({ pk: 'policies#root', sk: 'p' }, { text, settings: {} });
    const policies = [{ namespaceId: 'root', namespacePath: '', name: 'p' }];
    const { changes } = policyChanges({ mode: 'follow', policies }, [item], { ends, now: NOW }, true);
    expect(changes.map(({ after }) => after)).toEqual([text.replace('kv/', 'new/')]);
  });
});
