/** The moves of a plan, one line each. A line opens to what its move would do by itself. */

import { useState } from 'preact/hooks';
import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { PlanView } from '../move/planView.ts';
import { ShortMove } from '../parts/mountPath.ts';
import { Refusal } from '../parts/refusal.ts';
import { Refused } from '../service/refused.ts';
import { adviceOnRefusal } from '../words/advice.ts';
import { count } from '../words/format.ts';
import { leasesOf, rulesOf } from '../words/planTotals.ts';
import { isByItself, type Plans } from './usePlans.ts';

const SHOWN_AT_FIRST = 20;

interface PlannedMovesProps {
  moves: PlanInfo['moves'];
  plans: Plans;
  /** The plans without those that were refused. */
  previews: Parameters<typeof leasesOf>[1];
}

export function PlannedMoves({ moves, plans, previews }: PlannedMovesProps) {
  const [isLong, setLong] = useState(false);
  const shown = isLong ? moves : moves.slice(0, SHOWN_AT_FIRST);
  return html`
    <div class="stack">
      <table class="list">
        <thead>
          <tr><th scope="col" class="number">Row</th><th scope="col">Move</th><th scope="col" class="number">Transaction</th>
            <th scope="col" class="number">Leases</th><th scope="col" class="number">Rules</th></tr>
        </thead>
        <tbody>
          ${shown.map(
            (move) => html`
            <${Row}
              key=${move.row} move=${move} plan=${plans.get(move.row)}
              leases=${leasesOf(move, previews)} rules=${rulesOf(move, previews)}
            />`,
          )}
        </tbody>
      </table>
      ${shown.length < moves.length && html`<button type="button" onClick=${() => setLong(true)}>Show all ${count(moves.length)} moves</button>`}
    </div>`;
}

interface RowProps {
  move: PlanInfo['moves'][number];
  plan: ReturnType<Plans['get']>;
  leases: number | undefined;
  rules: number | undefined;
}

function Row({ move, plan, leases, rules }: RowProps) {
  const [isOpen, setOpen] = useState(false);
  const number = (figure: number | undefined) => (figure === undefined ? '–' : count(figure));
  const { row, chunk, group, source_mount: source, target_mount: target } = move;
  return [
    html`
    <tr>
      <td class="number"><span class="label">row </span>${row}</td>
      <td class="widest"><div class="line">
        <button
          type="button" class="quiet opener" aria-expanded=${isOpen} disabled=${!plan} onClick=${() => setOpen(!isOpen)}
          aria-label=${`Plan of ${source} to ${target}`}
        ></button>
        <${ShortMove} move=${move} />
      </div></td>
      <td class="number"><span class="label">transaction </span>${chunk + 1}.${group + 1}</td>
      <td class="number"><span class="label">leases </span>${number(leases)}</td>
      <td class="number"><span class="label">rules </span>${number(rules)}</td>
    </tr>`,
    isOpen && plan && html`<tr class="opened"><td colspan="5"><${Opened} plan=${plan} /></td></tr>`,
  ];
}

function Opened({ plan }: { plan: NonNullable<RowProps['plan']> }) {
  if (!(plan instanceof Refused)) return html`<${PlanView} plan=${plan} />`;
  if (!isByItself(plan)) return html`<${Refusal} refused=${plan} />`;
  const { what } = adviceOnRefusal(plan);
  return html`
    <p>This move cannot be planned by itself, only together with others of the run. ${what}
      ${plan.texts.map((text) => html` <span class="said">${text}</span>`)}</p>`;
}
