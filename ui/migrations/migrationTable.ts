/** Migrations, one row each. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { Ago } from '../parts/time.ts';
import { linkTo } from '../route.ts';
import type { Migration } from '../service/migrations.ts';
import { duration } from '../words/format.ts';
import { standingOf } from '../words/migrationWords.ts';
import { requesterOf } from '../words/requester.ts';

export function MigrationTable({ migrations }: { migrations: Migration[] }) {
  return html`
    <table class="list">
      <thead>
        <tr><th scope="col">Status</th><th scope="col">Move</th><th scope="col">Requested by</th>
          <th scope="col">Started</th><th scope="col" class="number">Took</th></tr>
      </thead>
      <tbody>${migrations.map(({ id, info }) => html`<${Row} key=${id} id=${id} info=${info} />`)}</tbody>
    </table>`;
}

function Row({ id, info }: Migration) {
  return html`
    <tr>
      <td><${Badge} ...${standingOf(info)} /></td>
      <td><a class="move" href=${linkTo('migrations', id)}>
        <code>${info.source_mount}</code> <span class="to">to</span> <code>${info.target_mount}</code>
      </a></td>
      <td><span class="label">by </span>${requesterOf(info.requested_by)}</td>
      <td><span class="label">started </span><${Ago} at=${info.created_time} /></td>
      <td class="number"><span class="label">took </span>${tookOf(info)}</td>
    </tr>`;
}

function tookOf({ created_time, finished_time }: MigrationInfo): string {
  return finished_time ? duration(Date.parse(finished_time) - Date.parse(created_time)) : '–';
}
