/** Migrations, one line each; those of one bulk run share a line. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { CopyButton } from '../parts/copyButton.ts';
import { MoveLink } from '../parts/mountPath.ts';
import { Ago } from '../parts/time.ts';
import { linkTo } from '../route.ts';
import { type Entry, spanOf, standingOfEntry, titleOfEntry } from '../words/entries.ts';
import { duration } from '../words/format.ts';
import { standingOf } from '../words/migrationWords.ts';
import { requesterOf } from '../words/requester.ts';

export function MigrationTable({ entries }: { entries: Entry[] }) {
  return html`
    <table class="list">
      <thead>
        <tr><th scope="col">Status</th><th scope="col">Move</th><th scope="col">Requested by</th>
          <th scope="col">Started</th><th scope="col" class="number">Took</th></tr>
      </thead>
      <tbody>
        ${entries.map((entry) =>
          'runId' in entry
            ? html`<${RunRow} key=${entry.runId} ...${entry} />`
            : html`<${Row} key=${entry.id} ...${entry} />`,
        )}
      </tbody>
    </table>`;
}

function Row({ id, info }: { id: string; info: MigrationInfo }) {
  const { source_mount: source, target_mount: target } = info;
  return html`
    <tr>
      <td><${Badge} ...${standingOf(info)} /></td>
      <td class="widest"><div class="line">
        <${MoveLink} href=${linkTo('migrations', id)} move=${info} />
        <${CopyButton} text=${`${source},${target}`} label="Copy both paths" />
      </div></td>
      <${Rest} infos=${[info]} />
    </tr>`;
}

function RunRow({ runId, infos }: { runId: string; infos: MigrationInfo[] }) {
  const [{ reason } = { reason: null }] = infos;
  return html`
    <tr>
      <td><${Badge} ...${standingOfEntry(infos)} /></td>
      <td class="widest"><div class="line">
        <a class="run" href=${linkTo('bulk', runId)}>${titleOfEntry(infos)}</a>
        ${reason && html`<span class="hint rest" title=${reason}>${reason}</span>`}
      </div></td>
      <${Rest} infos=${infos} />
    </tr>`;
}

/** The cells that all rows have. */
function Rest({ infos }: { infos: MigrationInfo[] }) {
  const { begin, end } = spanOf(infos);
  const requester = infos[0] && requesterOf(infos[0].requested_by);
  return [
    html`<td><span class="label">by </span>${requester}</td>`,
    html`<td><span class="label">started </span><${Ago} at=${new Date(begin).toISOString()} /></td>`,
    html`<td class="number"><span class="label">took </span>${end === undefined ? '–' : duration(end - begin)}</td>`,
  ];
}
