/**
 * A stage for plays with faults: the real service in this process, on the emulator. It runs the state machines from the
 * deployed files, and its clock jumps instead of waiting.
 */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { dynamodbStore } from '../../functions/adapters/dynamodbStore.ts';
import type { Bus } from '../../functions/ports/bus.ts';
import type { Clock, Deps } from '../../functions/ports/deps.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Json, loadStateMachine, type StartRun } from '../../infra/local/stateMachine.ts';
import { type Answer, type Caller, caller } from '../support/call.ts';
import { aslOf, stepsOf, withoutPauses } from '../support/machines.ts';
import { emptyTables, readTables, type Tables, writeTables } from '../support/tables.ts';
import { type TestOptions, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';
import { Died } from './fault.ts';
import { type Injector, injectFaults } from './injector.ts';
import { standInBus, standInExecutions, standInScheduler, type Timetables } from './standIns.ts';

export interface Stage {
  deps: Deps;
  /** The client of the deps. Its calls outside an invocation have no faults. */
  client: DynamoDBClient;
  injector: Injector;
  /** A request as root, without faults. */
  call: Caller;
  /** A request that may have faults; `undefined` if its process died before it answered. */
  ask(name: string, ...request: Parameters<Caller>): Promise<Answer | undefined>;
  /**
   * Invokes a function with an event as Lambda does, which retries failures. Each try may have faults.
   * @returns the result, or `undefined` if every try failed
   */
  invokeWithRetries<T>(functionName: string, run: () => Promise<T>): Promise<T | undefined>;
  /** Runs every execution that was started, and those that they start. */
  runExecutions(): Promise<void>;
  /** Advances the clock and runs the reconciler until no record is open. */
  recover(): Promise<void>;
  /** What happens, without faults, just before a function runs for the first time. */
  before: Map<string, () => Promise<void>>;
  /** What happens just after a function has succeeded for the first time. */
  after: Map<string, () => Promise<void>>;
  /** Whether every start of an execution fails. */
  startsNothing: boolean;
  /** The schedules of EventBridge Scheduler. */
  timetables: Timetables;
  bus: Bus;
  /** The events that the bus received. */
  published: PutEventsRequestEntry[];
  /** Errors that no fault explains. */
  surprises: string[];
  tables(): Promise<Tables>;
  /** Deletes everything, resets the clock, and creates a root token. */
  clear(): Promise<void>;
  /** Restores the tables and timetables, and resets the clock. */
  restore(tables: Tables, timetables: Timetables): Promise<void>;
  stop(): Promise<void>;
}

const MACHINES = ['remount', 'bulk', 'teardown'] as const;

/** After this many runs of the reconciler, a record that is still open counts as one that never ends. */
const MAX_ROUNDS = 60;

/** The errors that a function may fail with when a call to AWS fails. */
const EXPLAINED = new Set(['Died', 'StoreBusy', 'SchedulerBusy']);

/** Lambda's pauses before the second and the third try of an event. */
const PAUSES_MS = [60_000, 120_000];

export interface StageOptions extends TestOptions {
  /** Whether the state machines may retry; without, the reconciler alone recovers. */
  retries?: boolean;
}

export async function openStage({ retries = false, ...options }: StageOptions = {}): Promise<Stage> {
  const base = await testDeps(options);
  const clock = jumpingClock();
  const executions = standInExecutions(() => stage.startsNothing);
  const schedules = standInScheduler();
  const events = standInBus();
  const deps: Deps = {
    ...base,
    clock,
    store: dynamodbStore(base.client, (table) => table, clock),
    workflows: executions.workflows,
    scheduler: schedules.scheduler,
  };
  const injector = injectFaults([base.client, executions.client, schedules.client, events.client]);
  const machines = new Map<string, StartRun>();
  for (const machine of MACHINES) {
    const asl = withoutPauses(await aslOf(machine), { retries });
    machines.set(machine, loadStateMachine(asl, invoke));
  }
  const steps = stepsOf(deps);
  let root = '';

  const stage: Stage = {
    deps,
    client: base.client,
    injector,
    call: (method, path, options = {}) => api(method, path, { token: root, ...options }),
    async ask(name, method, path, options = {}) {
      try {
        const request = () => api(method, path, { token: root, ...options });
        const answer = await injector.invocation(name, request);
        if (answer.status === 500) stage.surprises.push(`${method} ${path} was answered with 500`);
        return answer;
      } catch (error) {
        if (error instanceof Died) return undefined;
        throw error;
      }
    },
    async invokeWithRetries(functionName, run) {
      for (const pause of [...PAUSES_MS, 0]) {
        try {
          return await injector.invocation(functionName, run);
        } catch (error) {
          const { name, stack } = error as Error;
          if (!EXPLAINED.has(name)) stage.surprises.push(`${functionName}: ${stack}`);
        }
        await stage.runExecutions();
        clock.jumpTo(clock.now() + pause);
      }
      return undefined;
    },
    async runExecutions() {
      const { pending, states } = executions;
      for (let next = pending.shift(); next; next = pending.shift()) {
        const run = machines.get(next.machine) as StartRun;
        const outcome = await run(JSON.parse(next.input) as Json, {}).outcome;
        states.set(next.name, 'closed');
        if (outcome.status === 'SUCCEEDED' || EXPLAINED.has(outcome.error)) continue;
        stage.surprises.push(`${next.machine} failed with ${outcome.error}: ${outcome.cause}`);
      }
    },
    async recover() {
      await stage.runExecutions();
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const { migrations } = await readTables(base.client);
        const looks = migrations
          .filter(({ open }) => open !== undefined)
          .map(({ nextLook }) => nextLook as number);
        if (looks.length === 0) return;
        clock.jumpTo(Math.min(...looks) + 1);
        await injector
          .invocation('reconcile', () => reconcile(deps))
          .catch((error) => EXPLAINED.has(error.name) || stage.surprises.push(`reconcile: ${error.stack}`));
        await stage.runExecutions();
      }
    },
    before: new Map(),
    after: new Map(),
    startsNothing: false,
    timetables: schedules.timetables,
    bus: events.bus,
    published: events.published,
    surprises: [],
    tables: () => readTables(base.client),
    async clear() {
      // Hooks that an earlier play has not used must not run during the next setup, and its clock may be hours ahead.
      Object.assign(stage, { before: new Map(), after: new Map() });
      clock.reset();
      schedules.timetables.clear();
      await emptyTables(base.client);
      root = await rootToken(deps);
    },
    async restore(tables, timetables) {
      await emptyTables(base.client);
      await writeTables(base.client, tables);
      schedules.timetables.clear();
      for (const [name, timetable] of timetables) schedules.timetables.set(name, timetable);
      executions.pending.length = 0;
      executions.states.clear();
      events.published.length = 0;
      clock.reset();
      Object.assign(stage, { before: new Map(), after: new Map(), startsNothing: false, surprises: [] });
    },
    async stop() {
      for (const { client } of [executions, schedules, events]) client.destroy();
      await base.stop();
    },
  };
  const api = caller(deps, vaultApi);

  async function invoke(functionName: string, input: unknown): Promise<unknown> {
    if (functionName === 'sleep') {
      // One execution may wait for another.
      await stage.runExecutions();
      clock.jumpTo(clock.now() + (input as { seconds: number }).seconds * 1_000);
      return null;
    }
    const before = stage.before.get(functionName);
    stage.before.delete(functionName);
    await before?.();
    const result = await injector.invocation(functionName, () => steps(functionName, input));
    const after = stage.after.get(functionName);
    stage.after.delete(functionName);
    await after?.();
    return result;
  }

  return stage;
}

interface JumpingClock extends Clock {
  jumpTo(time: number): void;
  /** Back to real time. */
  reset(): void;
}

/** Real time passes, and a sleep advances the clock at once. */
function jumpingClock(): JumpingClock {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  return {
    now,
    async sleep(ms) {
      ahead += ms;
    },
    jumpTo(time) {
      ahead += Math.max(0, time - now());
    },
    reset() {
      ahead = 0;
    },
  };
}
