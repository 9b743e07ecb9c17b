/** The sizes of a run of ten thousand moves in Step Functions: bytes of payloads, and events in the history. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptedRun, type BulkRun, newProgress } from '../../functions/bulk/bulkRun.ts';
import type { FoundRow } from '../../functions/bulk/plan.ts';
import { planMoves } from '../../functions/bulk/planMoves.ts';
import { bulkBeginStep } from '../../functions/bulk/steps.ts';
import { MAX_BULK_LOOKS, MAX_BULK_MOVES, MAX_CLUSTER_LOOKS } from '../../functions/limits.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { loadStateMachine } from '../../infra/local/stateMachine.ts';
import { Model } from '../bulk/model.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html allows 256 KiB and 25,000. */
const MOST_BYTES = 200_000;
const MOST_EVENTS = 5_000;

/** The events of https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html. */
const TASK = [
  'TaskStateEntered',
  'LambdaFunctionScheduled',
  'LambdaFunctionStarted',
  'LambdaFunctionSucceeded',
  'TaskStateExited',
].length;
const PLAIN = ['StateEntered', 'StateExited'].length;
const MAP = ['MapStateEntered', 'MapStateStarted', 'MapStateSucceeded', 'MapStateExited'].length;
const ITERATION = ['MapIterationStarted', 'MapIterationSucceeded'].length;
const EXECUTION = ['ExecutionStarted', 'ExecutionSucceeded'].length;
let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

/** A run with the most chunks possible: two components of 51 moves below one fork do not fit into one chunk. */
async function largestRun(): Promise<BulkRun> {
  const paths = Array.from({ length: MAX_BULK_MOVES }, (_, i) => `team-${Math.floor(i / 51)}/m${i}`);
  const model = new Model(paths.map((path) => [ROOT, path]));
  const rows = paths.map((path, i): FoundRow => model.row(i + 1, [ROOT, path], [ROOT, `new-${path}`]));
  const { chunks } = planMoves(rows, model.tree);
  const now = deps.clock.now();
  const run: BulkRun = {
    id: deps.ids.uuid(),
    status: 'in-progress',
    total: MAX_BULK_MOVES,
    chunks: chunks.length,
    namespacePath: '',
    visibleTo: ['root'],
    requestedBy: { displayName: '', accessor: '', namespace: '' },
    attempt: 1,
    nextLook: now,
    createdAt: now,
    retentionS: 1,
    maxConcurrency: 40,
    toleratedFailures: '100%',
    atomic: false,
  };
  const ttl = Math.ceil(now / 1_000) + 3_600;
  await deps.store.putMany(chunks.map((moves, chunk) => newProgress(run.id, chunk, moves.length, ttl)));
  await deps.store.commit([acceptedRun(run)]);
  return run;
}

describe('a run of ten thousand moves', () => {
  it('keeps payloads below 200 KB and the history below 5,000 events, even with all Map iterations inline', async () => {
    const run = await largestRun();
    const payloads: number[] = [];
    const counted: Record<string, number> = {};
    const asl = await readFile(
      join(import.meta.dirname, '..', '..', 'statemachine', 'bulk.asl.json'),
      'utf8',
    );
    const answer = async (name: string, input: unknown): Promise<unknown> => {
      if (name === 'bulkBegin') return bulkBeginStep(deps, { id: run.id }, deps.clock.now() + 60_000);
      if (name === 'bulkChunk') return { ...(input as object), done: true };
      const { id, looks } = input as { id: string; looks: number };
      return looks === 0
        ? { id, looks: 1, seconds: 0, done: false }
        : { id, looks: 2, seconds: 0, done: true };
    };
    const machine = loadStateMachine(asl, async (name, input) => {
      const output = await answer(name, input);
      counted[name] = (counted[name] ?? 0) + 1;
      payloads.push(...[input, output].map((payload) => Buffer.byteLength(JSON.stringify(payload))));
      return output;
    });
    const { status } = await machine({ id: run.id }, {}).outcome;

    expect(status).toBe('SUCCEEDED');
    const chunks = counted.bulkChunk ?? 0;
    expect(chunks).toBe(run.chunks);
    expect(chunks).toBe(196);
    // The outputs of all iterations are collected, and replace the chunks in the payload.
    const collected = chunks * Math.max(...payloads.slice(2, 4));
    expect(Math.max(...payloads, collected)).toBeLessThan(MOST_BYTES);

    const chunkEvents = ITERATION + TASK + PLAIN + PLAIN;
    const lookEvents = TASK + PLAIN + PLAIN;
    const events = EXECUTION + TASK + MAP + chunks * chunkEvents + MAX_BULK_LOOKS * lookEvents + PLAIN;
    expect(events).toBeLessThan(MOST_EVENTS);
  });
});

it('a chunk of a run on a cluster keeps its own history below 25,000 events, however long its moves take', async () => {
  const asl = await readFile(join(import.meta.dirname, '..', '..', 'statemachine', 'bulk.asl.json'), 'utf8');
  const { States } = JSON.parse(asl).States.Chunks.ItemProcessor;
  // A step, the choice after it, and the wait that it may ask for.
  expect(Object.keys(States)).toEqual(['Bulk chunk', 'Chunk done', 'Chunk waits', 'Chunk carried out']);
  expect(EXECUTION + (MAX_CLUSTER_LOOKS + 1) * (TASK + 2 * PLAIN) + PLAIN).toBeLessThan(25_000);
});
