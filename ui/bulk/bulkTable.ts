/** Bulk runs, one line each. */

import type { BulkInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { Ago } from '../parts/time.ts';
import { linkTo } from '../route.ts';
import { standingOfRun } from '../words/bulkWords.ts';
import { count, many } from '../words/format.ts';
import { requesterOf } from '../words/requester.ts';

export function BulkTable({ runs }: { runs: [string, BulkInfo][] }) {
  return html`
    <table class="list">
      <thead>
        <tr><th scope="col">Status</th><th scope="col">Run</th><th scope="col">Requested by</th>
          <th scope="col">Started</th><th scope="col" class="number">Failed</th></tr>
      </thead>
      <tbody>${runs.map(([id, info]) => html`<${Row} key=${id} id=${id} info=${info} />`)}</tbody>
    </table>`;
}

function Row({ id, info }: { id: string; info: BulkInfo }) {
  const title = `${many(info.progress.total, 'move')}${info.undo_of ? ', undo of another run' : ''}`;
  return html`
    <tr>
      <td><${Badge} ...${standingOfRun(info)} /></td>
      <td class="widest"><div class="line">
        <a class="run" href=${linkTo('bulk', id)}>${title}</a>
        ${info.reason && html`<span class="hint rest" title=${info.reason}>${info.reason}</span>`}
      </div></td>
      <td><span class="label">by </span>${requesterOf(info.requested_by)}</td>
      <td><span class="label">started </span><${Ago} at=${info.created_time} /></td>
      <td class="number"><span class="label">failed </span>${count(info.progress.failed)}</td>
    </tr>`;
}
