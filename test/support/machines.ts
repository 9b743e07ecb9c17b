/** Runs the deployed state machines in this process: each task calls what the entry of its function calls. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bulkBeginStep,
  bulkChunkStep,
  bulkCompleteStep,
  type ChunkPart,
} from '../../functions/bulk/steps.ts';
import type { Deps } from '../../functions/ports/deps.ts';
import { type Revocation, revokeLeases } from '../../functions/remount/revokeLeases.ts';
import { closeStep, completeStep, switchStep } from '../../functions/remount/steps.ts';
import { tearDown } from '../../functions/teardown/tearDown.ts';
import type { InvokeTask } from '../../infra/local/stateMachine.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'statemachine');

/** The time a step may take: more than any step of a test needs. */
const TIME_MS = 60_000;

/** @param machine such as `remount` */
export function aslOf(machine: string): Promise<string> {
  return readFile(join(FOLDER, `${machine}.asl.json`), 'utf8');
}

/** The functions of the states, by name. */
export function stepsOf(deps: Deps): InvokeTask {
  return async (functionName, input) => {
    const event = input as { id: string; parts: Revocation[] };
    const until = deps.clock.now() + TIME_MS;
    switch (functionName) {
      case 'switch':
        return switchStep(deps, event.id);
      case 'revoke':
        return revokeLeases(deps, input as Revocation, until);
      case 'complete':
        return completeStep(deps, event.id, event.parts);
      case 'close':
        return closeStep(deps, event.id, until);
      case 'bulkBegin':
        return bulkBeginStep(deps, input as { id: string; policies?: true }, until);
      case 'bulkChunk':
        return bulkChunkStep(deps, input as ChunkPart, until);
      case 'bulkComplete':
        return bulkCompleteStep(deps, input as { id: string; looks: number });
      case 'teardown':
        return tearDown(deps, event.id, until);
      default:
        throw new Error(`no function ${functionName}`);
    }
  };
}

interface State {
  Type: string;
  Retry?: { IntervalSeconds?: number; MaxDelaySeconds?: number }[];
  SecondsPath?: string;
  Seconds?: number;
  ItemProcessor?: { States: Record<string, State> };
  Next?: string;
  Resource?: string;
  ResultPath?: null;
}

/**
 * The deployed text without its pauses: a retry follows immediately, and a wait becomes a task `sleep` with the seconds
 * as its input. Nothing else is changed.
 * @param retries whether tasks are retried; if not, an execution ends with the first failure of a step
 * @param from the state to begin with instead of the first; in a Map, the machine is that of its items
 */
export function withoutPauses(asl: string, { retries, from }: { retries: boolean; from?: string }): string {
  const machine = JSON.parse(asl) as { StartAt: string; States: Record<string, State> };
  removePauses(machine.States, retries);
  return JSON.stringify(
    from === undefined ? machine : { StartAt: from, States: statesWith(machine.States, from) },
  );
}

/** The states of the machine, or of a Map in it, that have one of this name. */
function statesWith(states: Record<string, State>, name: string): Record<string, State> | undefined {
  if (name in states) return states;
  const inner = Object.values(states).map(({ ItemProcessor }) => ItemProcessor?.States ?? {});
  return inner.map((one) => statesWith(one, name)).find((found) => found !== undefined);
}

function removePauses(states: Record<string, State>, retries: boolean): void {
  for (const state of Object.values(states)) {
    if (!retries) delete state.Retry;
    for (const retry of state.Retry ?? []) {
      retry.IntervalSeconds = 0;
      delete retry.MaxDelaySeconds;
    }
    if (state.Type === 'Wait') {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the deployment
      Object.assign(state, { Type: 'Task', Resource: '${SleepFunctionArn}', ResultPath: null });
      delete state.SecondsPath;
    }
    if (state.ItemProcessor) removePauses(state.ItemProcessor.States, retries);
  }
}
