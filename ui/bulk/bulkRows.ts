/** The moves of a bulk run in the order of its request, one line each. */

import { useEffect, useState } from 'preact/hooks';
import type { RowInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { MoveLink, ShortMove } from '../parts/mountPath.ts';
import { Refusal } from '../parts/refusal.ts';
import { linkTo } from '../route.ts';
import { listRows } from '../service/bulk.ts';
import { Refused } from '../service/refused.ts';
import { useSession } from '../service/session.ts';
import { standingOfRow } from '../words/bulkWords.ts';

type Listed = [migrationId: string, row: RowInfo];

const PAGE = 50;

/** @param version changes with the progress of the run; then the rows are read again */
export function BulkRows({ id, version }: { id: string; version: string }) {
  const session = useSession();
  const [rows, setRows] = useState<Listed[]>([]);
  const [wanted, setWanted] = useState(PAGE);
  const [refused, setRefused] = useState<Refused>();

  useEffect(() => {
    const end = new AbortController();
    listRows(session, id, wanted, end.signal).then(
      (read) => {
        setRows(read);
        setRefused(undefined);
      },
      (error) => {
        if (!end.signal.aborted && error instanceof Refused) setRefused(error);
      },
    );
    return () => end.abort();
  }, [session, id, version, wanted]);

  const hasMore = rows.length === wanted;
  return html`
    <section>
      <h2>All moves</h2>
      <${Refusal} refused=${refused} />
      <table class="list">
        <thead><tr><th scope="col" class="number">Row</th><th scope="col">Status</th><th scope="col">Move</th></tr></thead>
        <tbody>${rows.map((listed) => html`<${Row} key=${listed[0]} listed=${listed} />`)}</tbody>
      </table>
      ${hasMore && html`<button type="button" onClick=${() => setWanted(wanted * 2)}>Show more</button>`}
    </section>`;
}

function Row({ listed: [migrationId, row] }: { listed: Listed }) {
  const isDecided = row.status !== 'pending' && row.status !== 'skipped';
  return html`
    <tr>
      <td class="number"><span class="label">row </span>${row.row}</td>
      <td><${Badge} ...${standingOfRow(row)} /></td>
      <td class="widest">
        <div class="line">
          ${isDecided ? html`<${MoveLink} href=${linkTo('migrations', migrationId)} move=${row} />` : html`<${ShortMove} move=${row} />`}
        </div>
      </td>
    </tr>`;
}
