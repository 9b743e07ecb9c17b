/** All problems that prevent the start of a bulk run, by row. */

import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { Shape } from '../parts/badge.ts';
import { adviceOnRefusal } from '../words/advice.ts';
import { many } from '../words/format.ts';

export function BulkProblems({ problems }: { problems: PlanInfo['problems'] }) {
  return html`
    <div class="stack">
      <div class="note bad">
        <${Shape} mood="bad" />
        <p><strong>${many(problems.length, 'problem')}.</strong> Correct all of them, then start the run.</p>
      </div>
      <table class="list">
        <thead>
          <tr><th scope="col" class="number">Row</th><th scope="col">Move</th><th scope="col">What is wrong, and what to do</th></tr>
        </thead>
        <tbody>${problems.map((problem) => html`<${Row} key=${problem.row} ...${problem} />`)}</tbody>
      </table>
    </div>`;
}

function Row({ row, from, to, message }: PlanInfo['problems'][number]) {
  return html`
    <tr>
      <td class="number"><span class="label">row </span>${row}</td>
      <td class="text"><code>${from}</code> <span class="to">to</span> <code>${to}</code></td>
      <td class="text">${message}. <span class="hint">${adviceOnRow(message)}</span></td>
    </tr>`;
}

/** Empty if there is only general advice, which does not help with a row. */
function adviceOnRow(message: string): string {
  const general = adviceOnRefusal({ status: 400, texts: [] });
  const { todo } = adviceOnRefusal({ status: 400, texts: [message] });
  return todo === general.todo ? '' : todo;
}
