/** A local EventBridge Scheduler: takes schedules by its wire protocol and invokes their functions when they are due. */

import { existsSync, readFileSync } from 'node:fs';
import type { ClientSettings } from './clientSettings.ts';
import { AwsError, type JsonRequest, startJsonServer } from './jsonApi.ts';
import type { LocalServer } from './localServer.ts';
import { dueAfter, refuseInvalid, type Schedule, type Sent } from './scheduleRules.ts';
import { StartError } from './startError.ts';
import { writeWhole } from './wholeFile.ts';

export interface SchedulerOptions {
  /** Who may make schedules. */
  credentials: ClientSettings['credentials'];
  /** 0, the default, for any free port. */
  port?: number | undefined;
  /** The functions that the role of the scheduler may invoke. */
  functionNames: readonly string[];
  /** Invokes a function without waiting for it. */
  wake(functionName: string, event: unknown): void;
  /** Keeps the schedules over restarts. Times that pass while the service is down are lost. */
  file?: string | undefined;
  /** Receives a line when the file cannot be written at a time of a schedule. */
  log?: ((text: string) => void) | undefined;
}

/** The local name of the group. In a deployment it is the name of the stack. */
export const GROUP = 'remount';

/** Node's timers take at most 24 days. */
const LONGEST_SLEEP_MS = 86_400_000;

/** @throws StartError if the port is taken, or the file is there and cannot be read */
export async function startScheduler(options: SchedulerOptions): Promise<LocalServer> {
  const { credentials, port, functionNames, wake, file, log } = options;
  let schedules = new Map(readSchedules(file).map((schedule) => [schedule.Name, schedule]));
  const timers = new Map<string, NodeJS.Timeout>();

  /** Nothing has changed if the file cannot be written: the caller is told so. */
  function keep(changed: typeof schedules): void {
    if (file !== undefined) {
      try {
        writeWhole(file, [...changed.values()]);
      } catch (error) {
        log?.(`scheduler: cannot write ${file}: ${(error as NodeJS.ErrnoException).code}\n`);
        throw new AwsError('InternalServerException', 'The schedules cannot be stored.', 500);
      }
    }
    schedules = changed;
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
      if (due === undefined) return drop(Name);
      if (functionNames.includes(functionOf(schedule))) wake(functionOf(schedule), inputOf(schedule, due));
      arm(schedule, due);
    };
    const pause = Math.max(0, Math.min(next - Date.now(), LONGEST_SLEEP_MS));
    timers.set(Name, setTimeout(act, pause).unref());
  }

  /** At its end, a schedule leaves the memory also when it stays in the file: there it does nothing any more. */
  function drop(name: string): void {
    const rest = without(name);
    try {
      keep(rest);
    } catch {
      schedules = rest;
    }
  }

  function without(name: string): typeof schedules {
    return new Map([...schedules].filter(([other]) => other !== name));
  }

  function put(name: string, sent: Sent): object {
    const now = Date.now();
    if (sent.GroupName !== GROUP) throw notFound(`Schedule group ${sent.GroupName}`);
    refuseInvalid(sent, now);
    const CreationDate = schedules.get(name)?.CreationDate ?? now / 1_000;
    const schedule = { ...sent, Name: name, CreationDate };
    if (!functionNames.includes(functionOf(schedule)))
      throw new AwsError('ValidationException', `The role may not invoke ${schedule.Target.Arn}.`);
    keep(new Map(schedules).set(name, schedule));
    arm(schedule, now - 1_000);
    return { ScheduleArn: arnOf(schedule) };
  }

  function act(method: string, name: string, sent: Sent): object {
    const known = schedules.get(name);
    if (method === 'GET' && name === '') return { Schedules: [...schedules.values()].map(summaryOf) };
    if (method === 'POST' && known)
      throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
    if (method === 'POST') return put(name, sent);
    if (!known) throw notFound(`Schedule ${name}`);
    if (method === 'PUT') return put(name, sent);
    if (method === 'GET') return { ...known, Arn: arnOf(known), State: 'ENABLED' };
    keep(without(name));
    clearTimeout(timers.get(name));
    return {};
  }

  const server = await startJsonServer({
    contentType: 'application/json',
    credentials,
    port,
    answer: async (request) => act(request.method, nameIn(request), JSON.parse(request.body || '{}') as Sent),
  });
  for (const schedule of schedules.values()) arm(schedule, Date.now());
  return {
    ...server,
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      server.stop();
    },
  };
}

function readSchedules(file: string | undefined): Schedule[] {
  if (file === undefined || !existsSync(file)) return [];
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Schedule[];
  } catch (error) {
    throw new StartError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

/** The name in `/schedules/<name>`; empty for `/schedules`, the list of all. */
function nameIn({ url }: JsonRequest): string {
  const [, name] = /^\/schedules(?:\/([0-9A-Za-z._-]{1,64}))?(?:\?|$)/.exec(url) ?? [];
  if (name === undefined && !/^\/schedules(\?|$)/.test(url))
    throw new AwsError('ValidationException', `The local service does not know ${url}`);
  return name ?? '';
}

/** When a schedule without further times is deleted: a one-time schedule at once, another schedule at its end. */
function endOf({ ActionAfterCompletion, ScheduleExpression, EndDate }: Schedule): number | undefined {
  if (ActionAfterCompletion !== 'DELETE') return undefined;
  return ScheduleExpression.startsWith('at(') || EndDate === undefined ? Date.now() : EndDate * 1_000;
}

function functionOf({ Target }: Pick<Schedule, 'Target'>): string {
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
