/** Texts for the status of a schedule. Pure. */

import type { ScheduleInfo } from '../../functions/schedules/answers.ts';
import { duration } from './format.ts';
import type { Standing } from './migrationWords.ts';

export function standingOfSchedule({ paused_time, next_time, last_run }: ScheduleInfo): Standing {
  if (paused_time) return { mood: 'stopped', word: 'Paused' };
  if (last_run?.outcome === 'refused') return { mood: 'bad', word: 'Refused' };
  return next_time ? { mood: 'good', word: 'On' } : { mood: 'stopped', word: 'Over' };
}

/** `in 3 h 20 min`. */
export function nextInWords({ next_time: next, paused_time }: ScheduleInfo, now: number): string {
  if (paused_time) return 'not while it is paused';
  if (!next) return 'none';
  const left = Date.parse(next) - now;
  return left <= 0 ? 'now' : `in ${duration(left)}`;
}

const OUTCOMES: Record<string, string> = {
  started: 'started',
  starting: 'is being started',
  nothing_to_move: 'found nothing to move',
  refused: 'was refused',
};

/** What came of the latest time at which a run was due. */
export function lastInWords({ last_run: last }: ScheduleInfo): string {
  return last ? (OUTCOMES[last.outcome] ?? last.outcome) : 'none yet';
}
