/** The whole API in this process, with workflows that run when a test says so. */

import { vaultApi } from '../../functions/vaultApi.ts';
import { type Answer, type Caller, type CallOptions, caller } from '../support/call.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';
import { runMigration } from '../support/workflow.ts';

export interface RemountService {
  deps: TestDeps;
  /** Asks as root unless told otherwise. */
  call: Caller;
  /** Accepts a move, without running it; answers its id. */
  accept(from: string, to: string, body?: object, options?: CallOptions): Promise<string>;
  /** A whole move up to its success; answers its id. */
  move(from: string, to: string, body?: object, options?: CallOptions): Promise<string>;
  /** The `migration_info` of a migration. */
  info(id: string, options?: CallOptions): Promise<Answer['body']>;
}

export async function remountService(): Promise<RemountService> {
  const deps = await testDeps();
  const call = caller(deps, vaultApi, await rootToken(deps));
  const accept: RemountService['accept'] = async (from, to, body = {}, options = {}) => {
    const answer = await call('POST', 'sys/remount', { ...options, body: { from, to, ...body } });
    if (answer.status !== 200) throw new Error(`the move was answered with ${answer.text}`);
    return answer.body.data.migration_id;
  };
  return {
    deps,
    call,
    accept,
    async move(from, to, body, options) {
      const id = await accept(from, to, body, options);
      await runMigration(deps, id);
      return id;
    },
    async info(id, options) {
      return (await call('GET', `sys/remount/status/${id}`, options)).body.data.migration_info;
    },
  };
}
