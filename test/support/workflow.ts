/** Runs the steps of a migration in the order of the state machine, in this process. */

import type { Deps } from '../../functions/ports/deps.ts';
import { type Revocation, revokeLeases } from '../../functions/remount/revokeLeases.ts';
import { closeStep, completeStep, type Next, switchStep } from '../../functions/remount/steps.ts';
import { tearDown } from '../../functions/teardown/tearDown.ts';
import type { TestDeps } from './testDeps.ts';

const TIME_MS = 60_000;

/** Runs one execution up to the wait for late writes, or to its end; returns what it waits for. */
export async function runMigration(deps: Deps, id: string): Promise<Next> {
  const next = await switchStep(deps, id);
  if (next.next !== 'revoke') return next;
  const parts = await Promise.all(next.parts.map((part) => revokePart(deps, part)));
  return completeStep(deps, id, parts);
}

/** Runs a part to its end, as the loop of the state machine does. */
async function revokePart(deps: Deps, part: Revocation): Promise<Revocation> {
  const left = await revokeLeases(deps, part, deps.clock.now() + TIME_MS);
  return left.done ? left : revokePart(deps, left);
}

/** Runs a teardown to its end, its waits included. */
export async function runTeardown(deps: TestDeps, id: string): Promise<void> {
  const { done, seconds } = await tearDown(deps, id, deps.clock.now() + TIME_MS);
  if (done) return;
  deps.clock.pass(seconds * 1_000);
  await runTeardown(deps, id);
}

/** The last state, when no request from before the switch can live any more. */
export async function closeMigration(deps: Deps, id: string): Promise<void> {
  const { done } = await closeStep(deps, id, deps.clock.now() + TIME_MS);
  if (!done) await closeMigration(deps, id);
}
