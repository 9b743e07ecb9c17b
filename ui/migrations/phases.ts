/** The phases of a migration, with the current one. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Shape } from '../parts/badge.ts';

type Phase = MigrationInfo['phase'];

const PHASES: [phase: Phase, title: string][] = [
  ['accepted', 'Accepted'],
  ['switched', 'Switched to the target'],
  ['revoking', 'Old leases removed'],
  ['done', 'Done'],
];

export function Phases({ phase }: { phase: Phase }) {
  const reached = PHASES.findIndex(([name]) => name === phase);
  return html`
    <ol class="phases">
      ${PHASES.map(([name, title], i) => {
        // The phase `revoking` means that the removal of leases has started, not that it is done.
        const isDone = i < reached || phase === 'done' || (i === reached && name !== 'revoking');
        const isNext = !isDone && (i === reached || i === reached + 1);
        const mood = isDone ? 'good' : isNext ? 'working' : 'waiting';
        const word = isDone ? 'done' : isNext ? 'in progress' : 'waiting';
        return html`
          <li class=${mood} aria-current=${isNext ? 'step' : undefined}>
            <${Shape} mood=${mood} /><span>${title}</span><span class="unseen">, ${word}</span>
          </li>`;
      })}
    </ol>`;
}
