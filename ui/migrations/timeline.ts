/** The steps of a migration with their times, and bars in proportion to what they took. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { Shape } from '../parts/badge.ts';
import { Lane } from '../parts/lane.ts';
import { useNow } from '../watch/useNow.ts';
import { clock, duration, localTime } from '../words/format.ts';
import type { Mood } from '../words/migrationWords.ts';
import { type Step, timelineOf } from '../words/timeline.ts';

const WORDS: Record<Mood, string> = {
  good: 'done',
  working: 'in progress',
  waiting: 'waiting',
  bad: 'failed',
  stopped: 'cancelled',
};

export function Timeline({ info }: { info: MigrationInfo }) {
  const now = useNow(info.status === 'in-progress');
  const begin = Date.parse(info.created_time);
  const end = info.finished_time ? Date.parse(info.finished_time) : now;
  return html`
    <ol class="timeline">
      ${timelineOf(info, now).map((step) => html`<${Row} key=${step.title} step=${step} begin=${begin} end=${end} />`)}
    </ol>`;
}

function Row({ step, begin, end }: { step: Step; begin: number; end: number }) {
  const { title, mood, from, to, detail } = step;
  const isInstant = from !== undefined && from === to;
  const took = from === undefined || to === undefined || isInstant ? '' : duration(to - from);
  const shareOf = (time = begin) => (time - begin) / Math.max(1, end - begin);
  const ended = mood === 'working' ? undefined : to;
  return html`
    <li class=${mood} aria-current=${mood === 'working' ? 'step' : undefined}>
      <span class="step"><${Shape} mood=${mood} />${title}<span class="unseen">, ${WORDS[mood]}</span></span>
      <span class="lane">${took && html`<${Lane} from=${shareOf(from)} to=${shareOf(to)} />`}</span>
      <span class="took">${took}</span>
      <span class="at">${ended !== undefined && html`<${At} at=${ended} />`}</span>
      ${detail && html`<span class="detail">${detail}</span>`}
    </li>`;
}

function At({ at }: { at: number }) {
  const time = new Date(at).toISOString();
  return html`<time datetime=${time} title=${localTime(time)}>${clock(time)}</time>`;
}
