/** How many policies one run changes. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderRunPolicies } from '../../functions/bulk/orderRunPolicies.ts';
import type { RowMove } from '../../functions/bulk/plan.ts';
import { planMoves } from '../../functions/bulk/planMoves.ts';
import { MAX_RUN_POLICIES, MAX_RUN_POLICY_BYTES } from '../../functions/limits.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { OPERATOR } from '../../functions/remount/requesterInfo.ts';
import { policyKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { Model } from './model.ts';

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

const policy = (i: number, text: string) => ({
  ...policyKey('root', `p${i}`),
  ...{ text, compiled: JSON.stringify(parsePolicy(text)), version: 1, casRequired: false },
});

function moveOf(from: string, to: string): RowMove[] {
  const model = new Model([[ROOT, from]]);
  return planMoves([model.row(1, [ROOT, from], [ROOT, to])], model.tree).chunks.flat();
}

const order = (moves: RowMove[]) =>
  orderRunPolicies(deps, { mode: 'follow' }, moves, { namespace: ROOT, judges: OPERATOR });

describe('a run', () => {
  it('changes MAX_RUN_POLICIES policies and no more', async () => {
    const puts = Array.from({ length: MAX_RUN_POLICIES }, (_, i) => ({ put: policy(i, 'path "kv/a" {}') }));
    await deps.store.putMany(puts);
    expect((await order(moveOf('kv', 'new')))?.changes).toHaveLength(MAX_RUN_POLICIES);
    await deps.store.putMany([{ put: policy(MAX_RUN_POLICIES, 'path "kv/a" {}') }]);
    await expect(order(moveOf('kv', 'new'))).rejects.toThrow(
      /would change 1001 policies of \d+ bytes, and a run may/,
    );
  });

  it('changes policies of MAX_RUN_POLICY_BYTES together and no more', async () => {
    const size = MAX_RUN_POLICY_BYTES / 20;
    const rule = '\npath "ssh/a" {}';
    const text = `#${'x'.repeat(size - rule.length - 1)}${rule}`;
    await deps.store.putMany(Array.from({ length: 20 }, (_, i) => ({ put: policy(i + 5_000, text) })));
    expect((await order(moveOf('ssh', 'hss')))?.changes).toHaveLength(20);
    await expect(order(moveOf('ssh', 'longer'))).rejects.toThrow(
      /would change 20 policies of 1000060 bytes, and a run may change 1000 of 1000000 bytes/,
    );
  });
});
