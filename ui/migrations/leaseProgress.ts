/** The progress of the removal of old leases, while it goes on. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Bar } from '../parts/bar.ts';
import { useNow } from '../watch/useNow.ts';
import { shareOf } from '../words/migrationWords.ts';
import { leasesInWords } from '../words/pace.ts';

const REMOVING: MigrationInfo['phase'][] = ['switched', 'revoking', 'draining'];

/** How many steps a screen reader announces; not every number. */
const SPOKEN_STEPS = 4;

export function LeaseProgress({ info }: { info: MigrationInfo }) {
  const isRemoving = REMOVING.includes(info.phase);
  const now = useNow(isRemoving);
  if (!isRemoving) return null;
  const share = shareOf(info);
  const spoken = share === undefined ? '' : `${(Math.floor(share * SPOKEN_STEPS) * 100) / SPOKEN_STEPS}`;
  return html`
    <div>
      <${Bar} label="Leases of the old path" share=${share} figures=${leasesInWords(info, now)} />
      <p role="status" class="unseen">${spoken && `${spoken} percent of the leases removed`}</p>
    </div>`;
}
