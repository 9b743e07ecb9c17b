/** The steps of a migration in the order of time, as far as their times are known. Pure. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import type { Mood } from './migrationWords.ts';
import { standingOf } from './migrationWords.ts';
import { leasesInWords } from './pace.ts';

type Phase = MigrationInfo['phase'];

export interface Step {
  title: string;
  mood: Mood;
  /** Epoch milliseconds of the begin and the end; undefined if the service does not tell them, or not yet. */
  from: number | undefined;
  to: number | undefined;
  detail: string;
}

/** What a step is about: the phase in which it is under way, and the fields that hold its begin and its end. */
interface Plan {
  phase: Phase;
  title: string;
  from?: TimeField;
  to?: TimeField;
}

type TimeField = 'created_time' | 'switched_time' | 'finished_time';

const ACCEPTED: Plan = { phase: 'accepted', title: 'Accepted', from: 'created_time', to: 'created_time' };
const DONE: Plan = { phase: 'done', title: 'Done', from: 'finished_time', to: 'finished_time' };

const STEPS: Plan[] = [
  ACCEPTED,
  { phase: 'switched', title: 'Switched to the target', from: 'created_time', to: 'switched_time' },
  { phase: 'revoking', title: 'Old leases removed', from: 'switched_time', to: 'finished_time' },
  DONE,
];

/** On a cluster. A mount that is tainted is being moved; that requests to it are refused is said beside. */
const CLUSTER_STEPS: Plan[] = [
  ACCEPTED,
  { phase: 'draining', title: 'Leases revoked', from: 'created_time' },
  { phase: 'moving', title: 'Moved by the cluster', to: 'switched_time' },
  { phase: 'verifying', title: 'Verified', from: 'switched_time' },
  { phase: 'propagating', title: 'Seen by every node', to: 'finished_time' },
  DONE,
];

/** Phases whose step is done as soon as they are reached. */
const REACHED_IS_DONE: Phase[] = ['accepted', 'switched', 'done'];

/**
 * One step at most is under way.
 * @param now epoch milliseconds
 */
export function timelineOf(info: MigrationInfo, now: number): Step[] {
  if (info.status === 'failure') return failedTimeline(info);
  if (info.phase === 'reverting') return revertingTimeline(info, now);
  const phase = info.phase === 'tainted' ? 'moving' : info.phase;
  const plans = info.cluster ? CLUSTER_STEPS : STEPS;
  const reached = plans.findIndex((plan) => plan.phase === phase);
  const current = REACHED_IS_DONE.includes(phase) ? reached + 1 : reached;
  return plans.map((plan, i) => {
    const mood = i < current ? 'good' : i === current ? 'working' : 'waiting';
    return {
      title: plan.title,
      mood,
      ...timesOf(info, plan, mood, now),
      detail: detailOf(info, plan, mood, now),
    };
  });
}

/** Which of the other steps a failed migration had reached is not told. */
function failedTimeline(info: MigrationInfo): Step[] {
  const { mood, word: title } = standingOf(info);
  const [from, to] = [timeIn(info, 'created_time'), timeIn(info, 'finished_time')];
  return [
    { title: ACCEPTED.title, mood: 'good', from, to: from, detail: '' },
    { title, mood, from, to, detail: '' },
  ];
}

function revertingTimeline(info: MigrationInfo, now: number): Step[] {
  const from = timeIn(info, 'created_time');
  const detail = info.cluster?.waiting_for ?? '';
  return [
    { title: ACCEPTED.title, mood: 'good', from, to: from, detail: '' },
    { title: 'Policies taken back', mood: 'working', from, to: now, detail },
  ];
}

function timesOf(
  info: MigrationInfo,
  { from, to }: Plan,
  mood: Mood,
  now: number,
): Pick<Step, 'from' | 'to'> {
  if (mood === 'waiting') return { from: undefined, to: undefined };
  return { from: timeIn(info, from), to: mood === 'working' ? now : timeIn(info, to) };
}

function detailOf(info: MigrationInfo, { phase }: Plan, mood: Mood, now: number): string {
  const isRemoving = phase === 'revoking' || phase === 'draining';
  // While they are removed, a bar shows it.
  if (isRemoving && mood === 'good') return leasesInWords(info, now);
  return mood === 'working' ? (info.cluster?.waiting_for ?? '') : '';
}

function timeIn(info: MigrationInfo, field: TimeField | undefined): number | undefined {
  const time = field && info[field];
  return time ? Date.parse(time) : undefined;
}
