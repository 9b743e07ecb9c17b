/** What would become of the old paths at which a mount answers already. */

import type { PlannedAlias } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Time } from '../parts/time.ts';

export function PlannedAliases({ aliases }: { aliases: PlannedAlias[] }) {
  return html`
    <section>
      <h3>Old paths that answer already</h3>
      ${aliases.map((alias) => html`<${One} key=${alias.migration_id} ...${alias} />`)}
    </section>`;
}

function One({ source_mount: path, migration_id: id, end_time: end }: PlannedAlias) {
  const which =
    path === ''
      ? html`One in another namespace, left by migration <code>${id}</code>,`
      : html`<code>${path}</code>`;
  return end === null
    ? html`<p>${which} ends with the move: the mount comes back to it.</p>`
    : html`<p>${which} follows the mount, and answers until <${Time} at=${end} />.</p>`;
}
