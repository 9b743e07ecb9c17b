/** The policies that an undo would restore, each with its text before and after. */

import type { Preview } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { many, namespaceName } from '../words/format.ts';

type Changes = NonNullable<Preview['policy_changes']>;

export function PolicyChanges({ changes, hidden }: Changes) {
  const others = Object.entries(hidden);
  return html`
    <section>
      <h3>Policies that would be restored</h3>
      <p>The move has changed these policies. They get back the rules that they had before it.</p>
      <ul class="rules">${changes.map((change) => html`<${Change} ...${change} />`)}</ul>
      ${others.map(
        ([namespace, number]) =>
          html`<p>${many(number, 'policy', 'policies')} of ${namespaceName(namespace)} that your token may not read.</p>`,
      )}
    </section>`;
}

function Change({ namespace, policy, before, after }: Changes['changes'][number]) {
  return html`
    <li>
      <details>
        <summary>Policy <strong>${policy}</strong> in ${namespaceName(namespace)}</summary>
        <div class="pair">
          <figure><figcaption>Now</figcaption><pre tabindex="0">${before}</pre></figure>
          <figure><figcaption>After the undo</figcaption><pre tabindex="0">${after}</pre></figure>
        </div>
      </details>
    </li>`;
}
