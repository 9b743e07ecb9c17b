/** Mounts that hold a mark, to tell them apart, and moves of them that start at the same time. */

import { expect } from 'vitest';
import { kv1, must } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { type Outcome, settled, start } from './moving.ts';

/** A mount whose content is its first path. */
export async function marked(path?: string): Promise<string> {
  const kv = await kv1(undefined, path);
  await must('POST', `${kv}/mark`, { body: { of: kv } });
  return kv;
}

/** The mark at a path, or `undefined` if no mount answers there. */
export async function markAt(path: string): Promise<string | undefined> {
  const { status, body } = await call('GET', `${path}/mark`);
  return status === 200 ? body.data.of : undefined;
}

/** The outcome of a migration, or the text of a refusal. */
export interface Ended {
  id?: string;
  outcome?: Outcome;
  refusal?: string;
}

/** Waits for the outcome of a start. */
export async function ended(answer: Answer): Promise<Ended> {
  if (answer.status === 400) return { refusal: answer.body.errors[0] };
  expect(answer.status).toBe(200);
  const id: string = answer.body.data.migration_id;
  return { id, outcome: await settled(id) };
}

/** Starts all moves at the same time, and waits for the outcome of each. */
export async function race(moves: [from: string, to: string][]): Promise<Ended[]> {
  const answers = await Promise.all(moves.map(([from, to]) => start(from, to)));
  return Promise.all(answers.map(ended));
}

export function succeeded({ outcome }: Ended): boolean {
  return outcome?.status === 'success';
}

/** Why a move was refused or failed. */
export function reason({ outcome, refusal }: Ended): string | undefined {
  return refusal ?? outcome?.error?.message;
}
