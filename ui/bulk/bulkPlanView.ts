/** What a bulk run would do, or all problems by row. */

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { PlannedAliases } from '../move/plannedAliases.ts';
import { PolicyChanges } from '../move/policyChanges.ts';
import { PolicyRules } from '../move/policyRules.ts';
import { download } from '../parts/download.ts';
import { Numbers } from '../parts/numbers.ts';
import { Refused } from '../service/refused.ts';
import { useSession } from '../service/session.ts';
import { count, duration } from '../words/format.ts';
import { planAsCsv, planAsJson, totalsOf } from '../words/planTotals.ts';
import { BulkProblems } from './bulkProblems.ts';
import { FlowPicture } from './flowPicture.ts';
import { PlannedMoves } from './plannedMoves.ts';
import { usePlans } from './usePlans.ts';

/** Moves whose leases and rules are counted without being asked for. */
const COUNTED_AT_FIRST = 100;

export function BulkPlanView({ plan }: { plan: PlanInfo }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  const isGood = plan.problems.length === 0;
  return html`
    <section class="card">
      <h2 ref=${heading} tabindex="-1">${isGood ? 'What this run would do' : 'What to correct first'}</h2>
      ${isGood ? html`<${GoodPlan} plan=${plan} />` : html`<${BulkProblems} problems=${plan.problems} />`}
    </section>`;
}

function GoodPlan({ plan }: { plan: PlanInfo }) {
  const session = useSession();
  const [wanted, setWanted] = useState(COUNTED_AT_FIRST);
  const { moves, remarks = [], total, policy_changes, policies = [], hidden_policy_rules = {} } = plan;
  const areLeft = policies.length > 0 || Object.keys(hidden_policy_rules).length > 0;
  const aliases = moves.flatMap((move) => move.aliases ?? []);
  const asked = useMemo(() => moves.slice(0, wanted), [moves, wanted]);
  const plans = usePlans(session, asked);
  const previews = new Map([...plans].flatMap(([row, one]) => (one instanceof Refused ? [] : [[row, one]])));
  const totals = totalsOf(moves, previews);
  // Beyond what was counted there may be more.
  const figure = (number: number) => `${count(number)}${totals.counted < total ? '+' : ''}`;
  return html`
    <div class="stack">
      <${Numbers}
        label="The whole run"
        figures=${[
          { title: 'Moves', value: count(total) },
          { title: 'Transactions', value: count(plan.transactions) },
          { title: 'Takes about', value: duration(Math.max(1, plan.estimated_seconds) * 1_000) },
          { title: 'Namespaces', value: count(totals.namespaces) },
          { title: 'Leases that end', value: figure(totals.leases) },
          { title: 'Policy rules', value: figure(totals.rules) },
          { title: 'Policies', value: figure(totals.policies) },
        ]}
      />
      <p>
        The service puts chains and swaps in the right order. Leases and tokens that the mounts have issued stop working at
        once. ${policy_changes ? 'The policy rules that would no longer match are those from before the run.' : 'The policy rules would no longer match.'}
      </p>
      ${plans.size < asked.length && html`<p class="hint" role="status">Counting leases and rules: ${count(plans.size)} of ${count(asked.length)} moves…</p>`}
      ${plans.size === asked.length && totals.counted < total && html`<p class="hint">Leases and rules are those of ${count(totals.counted)} of ${count(total)} moves.</p>`}
      ${asked.length < total && html`<button type="button" onClick=${() => setWanted(total)}>Count all ${count(total)} moves</button>`}
      ${aliases.length > 0 && html`<${PlannedAliases} aliases=${aliases} />`}
      ${remarks.map((remark) => html`<p key=${remark}>On this cluster, ${remark}.</p>`)}
      ${policy_changes && html`<${PolicyChanges} ...${policy_changes} cause="run" />`}
      ${areLeft && html`<${PolicyRules} rules=${policies} hidden=${hidden_policy_rules} />`}
      <${FlowPicture} moves=${moves} />
      <div class="actions">
        <button type="button" class="quiet" onClick=${() => download('plan.csv', 'text/csv', [planAsCsv(moves, previews, session.namespace)])}>Plan as CSV</button>
        <button type="button" class="quiet" onClick=${() => download('plan.json', 'application/json', [planAsJson(plan, previews)])}>Plan as JSON</button>
      </div>
      <${PlannedMoves} moves=${moves} plans=${plans} previews=${previews} />
    </div>`;
}
