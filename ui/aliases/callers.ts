/** Who uses an alias, the latest first. */

import type { AliasDetails } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Ago } from '../parts/time.ts';
import { count, many, namespaceName } from '../words/format.ts';

export function Callers({
  callers,
  hidden_callers: hidden,
}: Pick<AliasDetails, 'callers' | 'hidden_callers'>) {
  if (callers.length + hidden === 0) return html`<p>Nobody has used it since the move.</p>`;
  return html`
    <div class="stack">
      ${callers.length > 0 && html`<${Table} callers=${callers} />`}
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
