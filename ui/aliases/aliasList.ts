/** The aliases of the namespace, and those that lead into it from outside: the old paths that still answer. */

import { useRef, useState } from 'preact/hooks';
import type { AliasInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { Heading } from '../parts/heading.ts';
import { MountPath, MoveLink } from '../parts/mountPath.ts';
import { Refusal } from '../parts/refusal.ts';
import { Skeleton } from '../parts/skeleton.ts';
import { Ago } from '../parts/time.ts';
import { Unreachable } from '../parts/unreachable.ts';
import { linkTo } from '../route.ts';
import { listAliases } from '../service/aliases.ts';
import { useSession } from '../service/session.ts';
import { useKept } from '../watch/useKept.ts';
import { useNow } from '../watch/useNow.ts';
import { useWatch } from '../watch/useWatch.ts';
import { callersInWords, endInWords, standingOfAlias } from '../words/aliasWords.ts';
import { many } from '../words/format.ts';
import { endsOf } from '../words/paths.ts';
import { EndDialog } from './endDialog.ts';

/** The name is a path relative to the namespace; of one outside it, an id. */
type Named = [name: string, info: AliasInfo];

export function AliasList() {
  const session = useSession();
  const [aliases, setAliases] = useKept<Named[]>('aliases', '');
  const [asked, setAsked] = useState<Named>();
  const [round, setRound] = useState(0);
  const seen = useRef('');
  const watch = useWatch(async (signal) => {
    const now = await listAliases(session, signal);
    setAliases(now);
    // What is left of the time is another number each second.
    const news = JSON.stringify(now.map(([name, { ttl: _, ...info }]) => [name, info]));
    const isNews = seen.current !== news;
    seen.current = news;
    return isNews ? 'changed' : 'same';
  }, `aliases ${round}`);
  return html`
    <div>
      <${Heading} title="Old paths" />
      <${Refusal} refused=${watch.refused} />
      <${Unreachable} nextTry=${watch.nextTry} />
      <p role="status" class="summary">${aliases && summaryOf(aliases)}</p>
      ${!aliases && !watch.refused && html`<${Skeleton} lines=${6} />`}
      ${aliases && aliases.length > 0 && html`<${Table} aliases=${aliases} onEnd=${setAsked} />`}
      ${asked && html`<${OutsideDialog} asked=${asked} onClose=${() => setAsked(undefined)} onEnded=${() => setRound(round + 1)} />`}
    </div>`;
}

function summaryOf(aliases: Named[]): string {
  if (aliases.length > 0)
    return `${many(aliases.length, 'old path')} still ${aliases.length === 1 ? 'answers' : 'answer'}.`;
  return 'No old path still answers. A move can let the path that it leaves answer for a while.';
}

function Table({ aliases, onEnd }: { aliases: Named[]; onEnd: (alias: Named) => void }) {
  const now = useNow(true);
  return html`
    <table class="list">
      <thead>
        <tr><th scope="col">Status</th><th scope="col">Old path and mount</th><th scope="col">Ends</th>
          <th scope="col" class="number">Callers</th><th scope="col">Last used</th></tr>
      </thead>
      <tbody>
        ${aliases.map(
          ([name, info]) => html`
          <tr key=${name}>
            <td><${Badge} ...${standingOfAlias(info, now)} /></td>
            <td class="widest"><div class="line">
              ${
                isOutside(info)
                  ? html`<${Outside} info=${info} onEnd=${() => onEnd([name, info])} />`
                  : html`<${MoveLink} href=${linkTo('migrations', info.migration_id)} move=${info} />`
              }
            </div></td>
            <td><span class="label">ends </span>${endInWords(info, now)}</td>
            <td class="number"><span class="label">callers </span>${callersInWords(info)}</td>
            <td><span class="label">last used </span>${info.last_used_time ? html`<${Ago} at=${info.last_used_time} />` : 'never'}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
}

/** Its path is not told. Its migration may be out of sight, too, so it is ended here. */
function isOutside({ source_mount: path }: AliasInfo): boolean {
  return path === '';
}

function Outside({ info, onEnd }: { info: AliasInfo; onEnd: () => void }) {
  return html`
    <span>from another namespace to</span> <${MountPath} ...${endsOf(info).target} />
    <button type="button" class="quiet" aria-label=${`End… the old path to ${info.target_mount}`} onClick=${onEnd}>End…</button>`;
}

interface OutsideProps {
  asked: Named;
  onClose: () => void;
  onEnded: () => void;
}

function OutsideDialog({ asked: [name, info], onClose, onEnded }: OutsideProps) {
  const { namespace } = useSession();
  const place = { path: namespace + name, namespace };
  const shown = 'the old path in the other namespace';
  return html`<${EndDialog} place=${place} shown=${shown} callers=${info.callers_total} onClose=${onClose} onEnded=${onEnded} />`;
}
