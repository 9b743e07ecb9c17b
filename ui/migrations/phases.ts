/** The phases of a migration, with the current one. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Shape } from '../parts/badge.ts';

type Phase = MigrationInfo['phase'];

type Step = [phase: Phase, title: string];

const PHASES: Step[] = [
  ['accepted', 'Accepted'],
  ['switched', 'Switched to the target'],
  ['revoking', 'Old leases removed'],
  ['done', 'Done'],
];

/** On a cluster. A mount that is tainted is being moved; that requests to it are refused is said beside. */
const CLUSTER_PHASES: Step[] = [
  ['accepted', 'Accepted'],
  ['draining', 'Leases revoked'],
  ['moving', 'Moved by the cluster'],
  ['verifying', 'Verified'],
  ['propagating', 'Seen by every node'],
  ['done', 'Done'],
];

/** Phases whose work is done when they are reached. */
const REACHED_IS_DONE: Phase[] = ['accepted', 'switched', 'done'];

export function Phases({ phase: current, cluster }: Pick<MigrationInfo, 'phase' | 'cluster'>) {
  const phase = current === 'tainted' ? 'moving' : current;
  const phases = cluster ? CLUSTER_PHASES : PHASES;
  const reached = phases.findIndex(([name]) => name === phase);
  const done = REACHED_IS_DONE.includes(phase) ? reached : reached - 1;
  return html`
    <ol class="phases">
      ${phases.map(([, title], i) => {
        const isDone = i <= done;
        const isNext = i === done + 1;
        const mood = isDone ? 'good' : isNext ? 'working' : 'waiting';
        const word = isDone ? 'done' : isNext ? 'in progress' : 'waiting';
        return html`
          <li class=${mood} aria-current=${isNext ? 'step' : undefined}>
            <${Shape} mood=${mood} /><span>${title}</span><span class="unseen">, ${word}</span>
          </li>`;
      })}
    </ol>`;
}
