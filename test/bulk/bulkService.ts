/** The endpoints of bulk runs in this process, and their workflow step by step. */

import { expect } from 'vitest';
import { type ChunkPart, chunkStep } from '../../functions/bulk/chunkStep.ts';
import { beginStep, completeStep, type Looked } from '../../functions/bulk/runSteps.ts';
import type { Deps } from '../../functions/ports/deps.ts';
import type { Answer } from '../support/call.ts';
import { type Service, startService } from '../support/service.ts';
import type { TestDeps } from '../support/testDeps.ts';
import { runMigration } from '../support/workflow.ts';

/** Longer than any step of these tests takes. */
const TIME_MS = 60_000;

export interface BulkService extends Service {
  /** Starts a run that must be accepted, and answers its id. */
  start(body: Record<string, unknown>, namespace?: string): Promise<string>;
  /** What is told of a run. */
  info(id: string, namespace?: string): Promise<Answer['body']>;
}

export async function bulkService(): Promise<BulkService> {
  const service = await startService();
  const { call } = service;
  const at = (namespace?: string) => (namespace ? { namespace } : {});
  return {
    ...service,
    async start(body, namespace) {
      const { status, body: answer } = await call('POST', 'sys/remount/bulk', { body, ...at(namespace) });
      expect(status, JSON.stringify(answer)).toBe(200);
      return answer.data.bulk_id;
    },
    async info(id, namespace) {
      const { status, body } = await call('GET', `sys/remount/bulk/${id}`, at(namespace));
      expect(status).toBe(200);
      return body.data.bulk_info;
    },
  };
}

/**
 * Runs one execution: all chunks at the same time, then what the mounts had issued is revoked, then the end.
 * @param steady for the revocation, which is not what these tests are about
 */
export async function runBulk(deps: TestDeps, id: string, steady = deps): Promise<Looked> {
  const { chunks, looks } = await beginStep(deps, id);
  await Promise.all(chunks.map((part) => runChunk(deps, part)));
  await completeStep(deps, { id, looks });
  const revocations = deps.started.filter(({ machine }) => machine === 'remount');
  for (const { id: migrationId } of revocations.splice(0)) await runMigration(steady, migrationId);
  return completeStep(deps, { id, looks });
}

/** Runs a chunk to its end, as the loop of the state machine does. */
async function runChunk(deps: Deps, part: ChunkPart): Promise<void> {
  const { done } = await chunkStep(deps, part, deps.clock.now() + TIME_MS);
  if (!done) await runChunk(deps, part);
}
