/** The progress of the removal of old leases. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Bar } from '../parts/bar.ts';
import { count } from '../words/format.ts';
import { shareOf } from '../words/migrationWords.ts';

/** How many steps a screen reader announces; not every number. */
const SPOKEN_STEPS = 4;

export function LeaseProgress({ info }: { info: MigrationInfo }) {
  const { phase, progress } = info;
  const { leases_total: total, leases_revoked: revoked, leases_irrevocable: left } = progress;
  const isRemoving = phase === 'switched' || phase === 'revoking' || phase === 'draining';
  if (!isRemoving && revoked + left === 0) return null;
  const share = phase === 'done' ? 1 : shareOf(info);
  const figures = [
    total === null || phase === 'done'
      ? `${count(revoked)} removed`
      : `${count(revoked)} of ${count(total)} removed`,
    left > 0 ? `${count(left)} cannot be revoked` : '',
  ];
  const spoken = share === undefined ? '' : `${(Math.floor(share * SPOKEN_STEPS) * 100) / SPOKEN_STEPS}`;
  return html`
    <div>
      <${Bar} label="Leases of the old path" share=${share} figures=${figures.filter(Boolean).join(', ')} />
      <p role="status" class="unseen">${spoken && `${spoken} percent of the leases removed`}</p>
    </div>`;
}
