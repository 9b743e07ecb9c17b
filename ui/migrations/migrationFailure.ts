/** Why a migration failed, and what to do. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Shape } from '../parts/badge.ts';
import { adviceOnMigration } from '../words/advice.ts';

export function MigrationFailure({ error }: { error: NonNullable<MigrationInfo['error']> }) {
  const { what, todo } = adviceOnMigration(error.code);
  const mood = error.code === 'cancelled' ? 'stopped' : 'bad';
  return html`
    <div class="note ${mood}">
      <${Shape} mood=${mood} />
      <div>
        <p><strong>${what}</strong> ${todo}</p>
        <p class="said">${error.message} <span class="code">(${error.code})</span></p>
      </div>
    </div>`;
}
