/** Moves mounts as clients do: start, then poll the status until it is final. */

import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import { type Answer, call, type Sent } from './http.ts';

const { isInFront } = inject('target');

/** Longer than any move of these tests takes, even on a busy machine. A cluster copies one mount at a time. */
const TIMEOUT_MS = isInFront ? 90_000 : 20_000;

/** Fields of a start. In front of a cluster, they permit the copy that a move into another namespace is there. */
export const PERMITS: object = isInFront ? { allow_copy: true } : {};

/** The body of a start. */
export function moveOf(from: string, to: string): object {
  return { from, to, ...PERMITS };
}

export function start(from: string, to: string, sent: Sent = {}): Promise<Answer> {
  return call('POST', 'sys/remount', { ...sent, body: moveOf(from, to) });
}

export interface Outcome {
  source_mount: string;
  target_mount: string;
  status: string;
  error?: { message: string };
}

/** Polls the status until the migration is final. @returns its `migration_info` */
export async function settled(id: string, sent: Sent = {}): Promise<Outcome> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const answer = await call('GET', `sys/remount/status/${id}`, sent);
    if (answer.status !== 200)
      throw new Error(`the status was answered with ${answer.status}: ${answer.text}`);
    const info: Outcome = answer.body.data.migration_info;
    if (info.status !== 'in-progress') return info;
    if (Date.now() > deadline) throw new Error(`the move to ${info.target_mount} is still in progress`);
    await delay(50);
  }
}

/** Moves a mount and waits for the end. @returns the migration id @throws unless the move succeeds */
export async function move(from: string, to: string, sent: Sent = {}): Promise<string> {
  const started = await start(from, to, sent);
  if (started.status !== 200)
    throw new Error(`moving ${from} to ${to} was answered with ${started.status}: ${started.text}`);
  const id: string = started.body.data.migration_id;
  const { status, error } = await settled(id, sent);
  if (status !== 'success') throw new Error(`moving ${from} to ${to} ended in ${status}: ${error?.message}`);
  return id;
}
