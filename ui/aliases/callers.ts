/** Who uses an alias, the latest first. */

import type { AliasDetails } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Ago } from '../parts/time.ts';
import { count, many, namespaceName } from '../words/format.ts';

export function Callers({ alias }: { alias: AliasDetails }) {
  const { callers, hidden_callers: hidden, callers_total: total, callers_complete: isComplete } = alias;
  const left = total - callers.length - hidden;
  if (total === 0) return html`<p>Nobody has used it since the move.</p>`;
  return html`
    <div class="stack">
      ${callers.length > 0 && html`<${Table} callers=${callers} />`}
      ${left > 0 && html`<p>${many(left, 'caller')} more, who came before these.</p>`}
      ${!isComplete && html`<p>There are more callers than can be counted; some of these may have come later.</p>`}
      ${hidden > 0 && html`<p>${many(hidden, 'caller')} of other namespaces, which your token may not see.</p>`}
    </div>`;
}

function Table({ callers }: Pick<AliasDetails, 'callers'>) {
  return html`
    <table class="list">
      <thead>
        <tr><th scope="col">Caller</th><th scope="col">Logged in at</th><th scope="col">Namespace</th>
          <th scope="col" class="number">Uses, at least</th><th scope="col">Last used</th></tr>
      </thead>
      <tbody>
        ${callers.map(
          ({ display_name, namespace, login_path, mount_accessor, count: uses, last_time }) => html`
          <tr key=${`${display_name} ${namespace} ${login_path} ${mount_accessor}`}>
            <td><strong>${display_name}</strong></td>
            <td class="widest"><div class="line"><code class="rest" title=${mount_accessor}>${login_path}</code></div></td>
            <td><span class="label">in </span>${namespaceName(namespace)}</td>
            <td class="number"><span class="label">uses, at least </span>${count(uses)}</td>
            <td><span class="label">last used </span><${Ago} at=${last_time} /></td>
          </tr>`,
        )}
      </tbody>
    </table>`;
}
