/** What a bulk run would do, or all problems by row. */

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { count, duration, many } from '../words/format.ts';
import { BulkProblems } from './bulkProblems.ts';

const SHOWN_AT_FIRST = 20;

export function BulkPlanView({ plan }: { plan: PlanInfo }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  const isGood = plan.problems.length === 0;
  return html`
    <section class="card">
      <h2 ref=${heading} tabindex="-1">${isGood ? 'What this run would do' : 'What to correct first'}</h2>
      ${isGood ? html`<${Moves} plan=${plan} />` : html`<${BulkProblems} problems=${plan.problems} />`}
    </section>`;
}

function Moves({
  plan: { total, transactions, estimated_seconds, moves, remarks = [] },
}: {
  plan: PlanInfo;
}) {
  const [isLong, setLong] = useState(false);
  const shown = isLong ? moves : moves.slice(0, SHOWN_AT_FIRST);
  const ending = moves.filter(({ has_issued, leases }) =>
    leases === undefined ? has_issued : leases > 0,
  ).length;
  return html`
    <div class="stack">
      <p>
        <strong>${many(total, 'move')}</strong> in ${many(transactions, 'transaction')},
        about ${duration(Math.max(1, estimated_seconds) * 1_000)}. The service puts chains and swaps in the right order.
        ${ending > 0 && ` ${many(ending, 'mount')} issued leases or tokens: they stop working at once.`}
      </p>
      ${remarks.map((remark) => html`<p key=${remark}>On this cluster, ${remark}.</p>`)}
      <table class="figures">
        <thead><tr><th scope="col" class="number">Row</th><th scope="col">From</th><th scope="col">To</th></tr></thead>
        <tbody>
          ${shown.map(
            ({ row, source_mount, target_mount }) => html`
            <tr key=${row}><td class="number">${row}</td><td><code>${source_mount}</code></td><td><code>${target_mount}</code></td></tr>`,
          )}
        </tbody>
      </table>
      ${shown.length < moves.length && html`<button type="button" onClick=${() => setLong(true)}>Show all ${count(moves.length)} moves</button>`}
    </div>`;
}
