/** The endpoints of bulk runs in this process, and their workflow step by step. */

import { expect } from 'vitest';
import {
  bulkBeginStep,
  bulkChunkStep,
  bulkCompleteStep,
  type ChunkPart,
  type EndCheck,
} from '../../functions/bulk/steps.ts';
import type { Deps } from '../../functions/ports/deps.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Answer, type Caller, caller } from '../support/call.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';
import { runMigration } from '../support/workflow.ts';

/** Longer than any step of these tests takes. */
const TIME_MS = 60_000;

export interface BulkService {
  deps: TestDeps;
  root: string;
  /** Asks as root unless told otherwise. */
  call: Caller;
  /** Starts a run that must be accepted, and answers its id. */
  start(body: Record<string, unknown>, namespace?: string): Promise<string>;
  /** What is told of a run. */
  info(id: string, namespace?: string): Promise<Answer['body']>;
  stop(): Promise<void>;
}

export async function bulkService(): Promise<BulkService> {
  const deps = await testDeps();
  const root = await rootToken(deps);
  const call = caller(deps, vaultApi, root);
  const at = (namespace?: string) => (namespace ? { namespace } : {});
  return {
    deps,
    root,
    call,
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
    stop: () => deps.stop(),
  };
}

/**
 * Runs one execution: all chunks at the same time, then what the mounts had issued is revoked, then the end.
 * @param steady for the revocation, which is not what these tests are about
 */
export async function runBulk(deps: TestDeps, id: string, steady = deps): Promise<EndCheck> {
  const { chunks, looks } = await bulkBeginStep(deps, id);
  await Promise.all(chunks.map((part) => runChunk(deps, part)));
  await bulkCompleteStep(deps, { id, looks });
  const revocations = deps.started.filter(({ machine }) => machine === 'remount');
  for (const { id: migrationId } of revocations.splice(0)) await runMigration(steady, migrationId);
  return bulkCompleteStep(deps, { id, looks });
}

/** Runs a chunk to its end, as the loop of the state machine does. */
async function runChunk(deps: Deps, part: ChunkPart): Promise<void> {
  const { done } = await bulkChunkStep(deps, part, deps.clock.now() + TIME_MS);
  if (!done) await runChunk(deps, part);
}
