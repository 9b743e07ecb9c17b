/**
 * Runs executions of the deployed state machines in this process, one at a time. A failed step ends its execution:
 * nothing is retried.
 */

import type { EndCheck } from '../../functions/bulk/steps.ts';
import type { Deps } from '../../functions/ports/deps.ts';
import { type InvokeTask, type Json, loadStateMachine, type Run } from '../../infra/local/stateMachine.ts';
import { aslOf, stepsOf, withoutPauses } from './machines.ts';
import type { TestDeps } from './testDeps.ts';

/** Runs a migration up to the wait for late writes, or to its end. */
export async function runMigration(deps: Deps, id: string): Promise<void> {
  await execute(deps, 'remount', id, { wait: async (_, execution) => execution.abort() });
}

/** Runs the last state of a migration, after the longest life of a request from before the switch. */
export async function closeMigration(deps: Deps, id: string): Promise<void> {
  await execute(deps, 'remount', id, { from: 'Close' });
}

/** Runs a teardown to its end, with its waits. */
export async function runTeardown(deps: TestDeps, id: string): Promise<void> {
  await execute(deps, 'teardown', id, { wait: async (seconds) => deps.clock.pass(seconds * 1_000) });
}

/**
 * Runs a bulk run. Its waits run the revocations of its mounts.
 * @param steady the dependencies for the revocations, if those of the run fail on purpose
 */
export async function runBulk(deps: TestDeps, id: string, steady = deps): Promise<EndCheck> {
  const revoke = async (): Promise<void> => {
    const migrations = deps.started.filter(({ machine }) => machine === 'remount');
    for (const migration of migrations) await runMigration(steady, migration.id);
  };
  return (await execute(deps, 'bulk', id, { wait: revoke })) as unknown as EndCheck;
}

interface Path {
  /** The state to begin with instead of the first. */
  from?: string;
  /** Runs where the machine waits. */
  wait?(seconds: number, execution: Run): Promise<void>;
}

/**
 * @returns the output of the execution, nothing if it was aborted
 * @throws the error of the step that failed
 */
async function execute(deps: Deps, machine: string, id: string, { from, wait }: Path): Promise<Json> {
  const steps = stepsOf(deps);
  const failures: unknown[] = [];
  const invoke: InvokeTask = async (functionName, input) => {
    try {
      if (functionName !== 'sleep') return await steps(functionName, input);
      await wait?.((input as { seconds: number }).seconds, execution);
      return null;
    } catch (error) {
      failures.push(error);
      throw error;
    }
  };
  const asl = withoutPauses(await aslOf(machine), { retries: false, ...(from && { from }) });
  const execution = loadStateMachine(asl, invoke)({ id }, {});
  const outcome = await execution.outcome;
  if (outcome.status === 'SUCCEEDED') return outcome.output;
  if (outcome.status === 'ABORTED') return null;
  throw failures[0] ?? new Error(`${machine} failed with ${outcome.error}: ${outcome.cause}`);
}
