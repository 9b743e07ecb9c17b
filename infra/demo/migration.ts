/** A migration as a client runs it: starts it, and polls its status until it ends. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Screen } from './screen.ts';
import type { Vault } from './vault.ts';

/** Mount paths with their namespaces, relative to the namespace of the request. */
export interface Move {
  from: string;
  to: string;
  /** For how long the old path goes on answering. */
  alias_ttl?: string;
}

export interface Ended {
  id: string;
  status: string;
  /** From the POST to the answer with a terminal status. */
  seconds: number;
  polls: number;
}

const GIVE_UP_MS = 120_000;
/** The service holds its answer while a migration is young. This is the pause between polls after that. */
const PAUSE_MS = 50;

/**
 * @returns the id of the migration
 * @throws Error with the answer if the service refuses the move
 */
export async function startMove(vault: Vault, move: Move): Promise<string> {
  return (await vault.write('sys/remount', move)).data.migration_id;
}

/**
 * Moves a mount and waits for the end of the migration.
 * @param onPoll is called with every status that was read
 */
export async function moveMount(
  vault: Vault,
  move: Move,
  onPoll: (status: string) => void = () => {},
): Promise<Ended> {
  const startedAt = performance.now();
  const id = await startMove(vault, move);
  for (let polls = 1; ; polls++) {
    const answer = await vault.read(`sys/remount/status/${id}`);
    const { status } = answer.data.migration_info;
    onPoll(status);
    const elapsed = performance.now() - startedAt;
    if (status !== 'in-progress') return { id, status, seconds: elapsed / 1_000, polls };
    if (elapsed > GIVE_UP_MS) throw new Error(`${move.from} is still in progress after ${GIVE_UP_MS} ms`);
    await delay(PAUSE_MS);
  }
}

/** The same as {@link moveMount}, with the elapsed time and the last status in the status line. */
export async function showMove(vault: Vault, move: Move, screen: Screen): Promise<Ended> {
  const status = screen.status();
  const startedAt = performance.now();
  let polls = 0;
  let last = 'accepted';
  const draw = () => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    status.show(`${move.from} → ${move.to}  ${last}  ${seconds} s, status read ${polls} times`);
  };
  const timer = setInterval(draw, 100);
  try {
    return await moveMount(vault, move, (seen) => {
      last = seen;
      polls++;
      draw();
    });
  } finally {
    clearInterval(timer);
    status.end();
  }
}
