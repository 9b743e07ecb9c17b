/** The aliases of the namespace: the old paths that still answer. */

import { useRef } from 'preact/hooks';
import type { AliasInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { Heading } from '../parts/heading.ts';
import { MoveLink } from '../parts/mountPath.ts';
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
import type { BothEnds } from '../words/paths.ts';

type Placed = [path: string, info: AliasInfo];

export function AliasList() {
  const session = useSession();
  const [aliases, setAliases] = useKept<Placed[]>('aliases', '');
  const seen = useRef('');
  const watch = useWatch(async (signal) => {
    const now = await listAliases(session, signal);
    setAliases(now);
    // What is left of the time is another number each second.
    const news = JSON.stringify(now.map(([path, { ttl: _, ...info }]) => [path, info]));
    const isNews = seen.current !== news;
    seen.current = news;
    return isNews ? 'changed' : 'same';
  }, 'aliases');
  return html`
    <div>
      <${Heading} title="Old paths" />
      <${Refusal} refused=${watch.refused} />
      <${Unreachable} nextTry=${watch.nextTry} />
      <p role="status" class="summary">${aliases && summaryOf(aliases)}</p>
      ${!aliases && !watch.refused && html`<${Skeleton} lines=${6} />`}
      ${aliases && aliases.length > 0 && html`<${Table} aliases=${aliases} namespace=${session.namespace} />`}
    </div>`;
}

function summaryOf(aliases: Placed[]): string {
  if (aliases.length > 0)
    return `${many(aliases.length, 'old path')} still ${aliases.length === 1 ? 'answers' : 'answer'}.`;
  return 'No old path still answers. A move can let the path that it leaves answer for a while.';
}

function Table({ aliases, namespace }: { aliases: Placed[]; namespace: string }) {
  const now = useNow(true);
  return html`
    <table class="list">
      <thead>
        <tr><th scope="col">Status</th><th scope="col">Old path and mount</th><th scope="col">Ends</th>
          <th scope="col" class="number">Callers</th><th scope="col">Last used</th></tr>
      </thead>
      <tbody>
        ${aliases.map(
          ([path, info]) => html`
          <tr key=${path}>
            <td><${Badge} ...${standingOfAlias(info, now)} /></td>
            <td class="widest"><div class="line">
              <${MoveLink} href=${linkTo('migrations', info.migration_id)} move=${endsOfAlias(path, info, namespace)} />
            </div></td>
            <td><span class="label">ends </span>${endInWords(info, now)}</td>
            <td class="number"><span class="label">callers </span>${callersInWords(info)}</td>
            <td><span class="label">last used </span>${info.last_used_time ? html`<${Ago} at=${info.last_used_time} />` : 'never'}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
}

function endsOfAlias(path: string, info: AliasInfo, namespace: string): BothEnds {
  return {
    source_mount: namespace + path,
    source_namespace: namespace,
    target_mount: info.target_mount,
    target_namespace: info.target_namespace,
  };
}
