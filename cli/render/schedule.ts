/** Texts about schedules. */

import type { ScheduleInfo } from '../../functions/schedules/answers.ts';
import { columns } from './columns.ts';
import { counted, namespaceName } from './numbers.ts';

/** When it runs next, or why it does not. */
export function nextWords({ next_time: next, paused_time: paused }: ScheduleInfo): string {
  if (paused !== null) return `paused since ${paused}`;
  return next === null ? 'it does not run again' : `next run at ${next}`;
}

/** @param width see {@link columns} */
export function scheduleTable(
  schedules: readonly (readonly [string, ScheduleInfo])[],
  width?: number,
): string[] {
  const rows = schedules.map(([name, info]) => [
    name,
    info.schedule,
    info.timezone,
    info.paused_time === null ? (info.next_time ?? 'never') : 'paused',
    lastWords(info),
  ]);
  const header = ['SCHEDULE', 'TIMES', 'TIMEZONE', 'NEXT', 'LAST'];
  return columns([header, ...rows], width, [0, header.indexOf('NEXT')]);
}

/** All fields, one per line. Empty fields are left out. */
export function scheduleFacts(name: string, info: ScheduleInfo & Record<string, unknown>): string[] {
  const { moves, rules, csv, atomic, reason, move_policies, last_skipped: skipped } = info;
  const facts: [string, string | null | false][] = [
    ['Schedule', name],
    ['Times', `${info.schedule}, ${info.timezone}`],
    ['Next', nextWords(info)],
    ['Start', info.start_time],
    ['End', info.end_time],
    ['Last run', lastWords(info)],
    ['Skipped', skipped && `${skipped.planned_time}, because run ${skipped.bulk_id} was in progress`],
    [
      'Policies',
      info.policies.length > 0 && `${info.policies.join(', ')} of ${namespaceName(info.policies_namespace)}`,
    ],
    ['Moves', Array.isArray(moves) && counted(moves.length, 'mount')],
    ['Moves', typeof csv === 'string' && 'the rows of a CSV text'],
    ['Rules of policies', typeof move_policies === 'string' && move_policies],
    ['Atomic', atomic === true && 'yes'],
    ['Reason', typeof reason === 'string' && reason],
    ...(Array.isArray(rules) ? rules.map(ruleFact) : []),
  ];
  return columns(facts.flatMap(([title, fact]) => (fact ? [[title, fact]] : [])));
}

function ruleFact({ from, to }: { from: string; to: string }): [string, string] {
  return ['Rule', `${from} → ${to}`];
}

function lastWords({ last_run: last }: ScheduleInfo): string {
  if (!last) return 'none';
  const what = last.bulk_id ?? last.error ?? last.outcome.replaceAll('_', ' ');
  return `${last.planned_time}, ${last.bulk_id ? 'run ' : last.error ? 'refused: ' : ''}${what}`;
}
