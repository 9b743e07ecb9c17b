/** A local EventBridge Scheduler: takes schedules by its wire protocol and invokes their functions when they are due. */

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { AwsError, startJsonServer } from './jsonApi.ts';
import type { LocalServer } from './localServer.ts';
import { nextTime } from './timetable.ts';

export interface SchedulerOptions {
  /** Invokes a function without waiting for it. */
  wake(functionName: string, event: unknown): void;
  /** Keeps the schedules over restarts. Times that pass while the service is down are lost. */
  file?: string | undefined;
}

/** A schedule as it was sent. Times on the wire are epoch seconds. */
interface Schedule {
  Name: string;
  GroupName: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone?: string;
  StartDate?: number;
  EndDate?: number;
  ActionAfterCompletion?: string;
  Target: { Arn: string; Input?: string };
  CreationDate: number;
}

/** The local name of the group. In a deployment it is the name of the stack. */
export const GROUP = 'remount';

/** Node's timers take at most 24 days. */
const LONGEST_SLEEP_MS = 86_400_000;

export async function startScheduler({ wake, file }: SchedulerOptions): Promise<LocalServer> {
  const schedules = new Map(readSchedules(file).map((schedule) => [schedule.Name, schedule]));
  const timers = new Map<string, NodeJS.Timeout>();

  function keep(): void {
    if (file === undefined) return;
    writeFileSync(`${file}.draft`, JSON.stringify([...schedules.values()]));
    renameSync(`${file}.draft`, file);
  }

  function arm(schedule: Schedule, after: number): void {
    const { Name } = schedule;
    const due = dueAfter(schedule, after);
    const next = due ?? endOf(schedule);
    clearTimeout(timers.get(Name));
    timers.delete(Name);
    if (next === undefined) return;
    const act = () => {
      if (Date.now() < next) return arm(schedule, after);
      if (due === undefined) {
        schedules.delete(Name);
      } else {
        wake(functionOf(schedule), inputOf(schedule, due));
        arm(schedule, due);
      }
      keep();
    };
    const pause = Math.max(0, Math.min(next - Date.now(), LONGEST_SLEEP_MS));
    timers.set(Name, setTimeout(act, pause).unref());
  }

  function put(name: string, sent: Schedule): object {
    if (sent.GroupName !== GROUP) throw notFound(`Schedule group ${sent.GroupName}`);
    const now = Date.now();
    if (sent.EndDate !== undefined && sent.EndDate * 1_000 <= now)
      throw new AwsError('ValidationException', 'The EndDate you specify must be in the future.');
    const CreationDate = schedules.get(name)?.CreationDate ?? now / 1_000;
    const schedule = { ...sent, Name: name, CreationDate };
    dueAfter(schedule, now);
    schedules.set(name, schedule);
    arm(schedule, now - 1_000);
    keep();
    return { ScheduleArn: arnOf(schedule) };
  }

  function act(method: string, name: string, sent: Schedule): object {
    const known = schedules.get(name);
    if (method === 'GET' && name === '') return { Schedules: [...schedules.values()].map(summaryOf) };
    if (method === 'POST' && known)
      throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
    if (method === 'POST') return put(name, sent);
    if (!known) throw notFound(`Schedule ${name}`);
    if (method === 'PUT') return put(name, sent);
    if (method === 'GET') return { ...known, Arn: arnOf(known), State: 'ENABLED' };
    clearTimeout(timers.get(name));
    schedules.delete(name);
    keep();
    return {};
  }

  for (const schedule of schedules.values()) arm(schedule, Date.now());
  const server = await startJsonServer('application/json', async (request) => {
    const body = await text(request);
    return act(request.method ?? '', nameIn(request), JSON.parse(body || '{}') as Schedule);
  });
  return {
    ...server,
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      server.stop();
    },
  };
}

function readSchedules(file: string | undefined): Schedule[] {
  try {
    return file === undefined ? [] : (JSON.parse(readFileSync(file, 'utf8')) as Schedule[]);
  } catch {
    return []; // The folder is new.
  }
}

/** The name in `/schedules/<name>`; empty for `/schedules`, the list of all. */
function nameIn({ url = '' }: IncomingMessage): string {
  const [, name] = /^\/schedules(?:\/([0-9A-Za-z._-]{1,64}))?(?:\?|$)/.exec(url) ?? [];
  if (name === undefined && !/^\/schedules(\?|$)/.test(url))
    throw new AwsError('ValidationException', `The local service does not know ${url}`);
  return name ?? '';
}

function dueAfter(schedule: Schedule, after: number): number | undefined {
  const {
    ScheduleExpression,
    ScheduleExpressionTimezone = 'UTC',
    StartDate,
    EndDate,
    CreationDate,
  } = schedule;
  const timetable = {
    expression: ScheduleExpression,
    timezone: ScheduleExpressionTimezone,
    createdAt: CreationDate * 1_000,
    ...(StartDate !== undefined && { start: StartDate * 1_000 }),
    ...(EndDate !== undefined && { end: EndDate * 1_000 }),
  };
  return nextTime(timetable, after);
}

/** When a schedule without further times is deleted: a one-time schedule at once, another schedule at its end. */
function endOf({ ActionAfterCompletion, ScheduleExpression, EndDate }: Schedule): number | undefined {
  if (ActionAfterCompletion !== 'DELETE') return undefined;
  return ScheduleExpression.startsWith('at(') || EndDate === undefined ? Date.now() : EndDate * 1_000;
}

function functionOf({ Target }: Schedule): string {
  return Target.Arn.split(':').at(-1) ?? '';
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function inputOf({ Target }: Schedule, due: number): unknown {
  const planned = `${new Date(due).toISOString().slice(0, 19)}Z`;
  return JSON.parse((Target.Input ?? '{}').replaceAll('<aws.scheduler.scheduled-time>', planned));
}

function arnOf({ GroupName, Name }: Schedule): string {
  return `arn:aws:scheduler:us-east-1:000000000000:schedule/${GroupName}/${Name}`;
}

function summaryOf(schedule: Schedule): object {
  const { Name, GroupName, CreationDate, Target } = schedule;
  return {
    Arn: arnOf(schedule),
    Name,
    GroupName,
    State: 'ENABLED',
    CreationDate,
    Target: { Arn: Target.Arn },
  };
}

function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `${what} does not exist.`, 404);
}
