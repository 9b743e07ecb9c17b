/** The alias that a migration has left: its end, who uses it, and how to renew and end it. */

import { useRef, useState } from 'preact/hooks';
import type { AliasDetails } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Facts } from '../parts/facts.ts';
import { Refusal } from '../parts/refusal.ts';
import { Ago, Time } from '../parts/time.ts';
import { type AliasPlace, readAlias } from '../service/aliases.ts';
import { Refused } from '../service/refused.ts';
import { useSession } from '../service/session.ts';
import { useNow } from '../watch/useNow.ts';
import { useWatch } from '../watch/useWatch.ts';
import { endInWords } from '../words/aliasWords.ts';
import { Callers } from './callers.ts';
import { EndDialog } from './endDialog.ts';
import { RenewDialog } from './renewDialog.ts';

export interface OldPathProps {
  /** Of the migration. */
  id: string;
  place: AliasPlace;
  onChanged: () => void;
}

export function OldPath({ id, place, onChanged }: OldPathProps) {
  const session = useSession();
  const [alias, setAlias] = useState<AliasDetails>();
  const [isOver, setOver] = useState(false);
  const [asked, setAsked] = useState<'renew' | 'end'>();
  const seen = useRef('');
  const watch = useWatch(async (signal) => {
    const found = await ownAlias(id, readAlias(session, place, signal));
    setAlias(found);
    setOver(!found);
    if (!found) return 'over';
    const { ttl: _, ...lasting } = found;
    const isNews = seen.current !== JSON.stringify(lasting);
    seen.current = JSON.stringify(lasting);
    return isNews ? 'changed' : 'same';
  }, place.path);
  const onClose = () => setAsked(undefined);
  const onRenewed = (renewed: AliasDetails) => {
    setAlias(renewed);
    onChanged();
  };
  return html`
    <section>
      <h2>The old path</h2>
      <${Refusal} refused=${watch.refused} />
      ${isOver && html`<p>It no longer answers.</p>`}
      ${
        alias &&
        html`
        <div class="stack">
          <p>Requests to <code>${alias.source_mount}</code> are served by the mount at <code>${alias.target_mount}</code>, each with the rights for the old path.</p>
          <${Uses} alias=${alias} />
          <${Callers} alias=${alias} />
          <div class="actions">
            <button type="button" onClick=${() => setAsked('renew')}>Renew…</button>
            <button type="button" onClick=${() => setAsked('end')}>End the old path…</button>
          </div>
        </div>`
      }
      ${asked === 'renew' && html`<${RenewDialog} place=${place} onClose=${onClose} onRenewed=${onRenewed} />`}
      ${asked === 'end' && alias && html`<${EndDialog} place=${place} shown=${html`<code>${place.path}</code>`} callers=${alias.callers_total} onClose=${onClose} onEnded=${onChanged} />`}
    </section>`;
}

function Uses({ alias }: { alias: AliasDetails }) {
  const now = useNow(true);
  const { end_time: end, last_used_time: used } = alias;
  return html`
    <${Facts}
      facts=${[
        [
          'Ends',
          html`<span>${endInWords(alias, now)} <span class="hint"><${Time} at=${end} /></span></span>`,
        ],
        ['Last used', used ? html`<${Ago} at=${used} />` : 'never'],
      ]}
    />`;
}

/** @returns nothing if the alias is gone, or another migration has left one there since */
async function ownAlias(id: string, asked: Promise<AliasDetails>): Promise<AliasDetails | undefined> {
  try {
    const alias = await asked;
    return alias.migration_id === id ? alias : undefined;
  } catch (error) {
    if (error instanceof Refused && error.status === 404 && error.texts.length === 0) return undefined;
    throw error;
  }
}
