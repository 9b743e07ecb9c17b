/** The policies that a move, a run or an undo would change, each with its text before and after. */

import type { Preview } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { TextDiff } from '../parts/textDiff.ts';
import { many, namespaceName } from '../words/format.ts';

type Changes = NonNullable<Preview['policy_changes']>;

/** What would change them. */
type Cause = 'move' | 'run' | 'undo';

const WORDS: Record<Cause, { title: string; what: string; when: string }> = {
  move: {
    title: 'Policies that would change',
    what: 'They are written at the moment at which the mount moves.',
    when: 'After the move',
  },
  run: {
    title: 'Policies that would change',
    what: 'Rules for the targets are added before the first move. After the last one, the policies get these texts.',
    when: 'After all moves',
  },
  undo: {
    title: 'Policies that would be restored',
    what: 'They were changed with the moves, and get back the rules that they had before.',
    when: 'After the undo',
  },
};

/** Policies that are open at first. */
const OPEN = 3;

export function PolicyChanges({ changes, left, hidden, cause }: Changes & { cause: Cause }) {
  const { title, what, when } = WORDS[cause];
  const others = Object.entries(hidden);
  return html`
    <section>
      <h3>${title}</h3>
      ${changes.length + others.length > 0 ? html`<p>${what}</p>` : html`<p>None.</p>`}
      <ul class="rules">
        ${changes.map(
          ({ namespace, policy, before, after }, i) => html`
          <li>
            <details open=${i < OPEN}>
              <summary>Policy <strong>${policy}</strong> in ${namespaceName(namespace)}</summary>
              <${TextDiff} before=${before} after=${after} when=${when} />
            </details>
          </li>`,
        )}
        ${left.map(
          ({ namespace, policy, reason }) =>
            html`<li>Policy <strong>${policy}</strong> in ${namespaceName(namespace)} stays as it is: ${reason}.</li>`,
        )}
      </ul>
      ${others.map(
        ([namespace, number]) =>
          html`<p>${many(number, 'policy', 'policies')} of ${namespaceName(namespace)} that your token may not read.</p>`,
      )}
    </section>`;
}
