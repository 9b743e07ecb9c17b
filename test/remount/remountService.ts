/** The service, for tests of moves, whose workflows run when a test says so. */

import type { Answer, CallOptions } from '../support/call.ts';
import { type Service, startService } from '../support/service.ts';
import { runMigration } from '../support/workflow.ts';

export interface RemountService extends Service {
  /** Accepts a move, without running it; answers its id. */
  accept(from: string, to: string, body?: object, options?: CallOptions): Promise<string>;
  /** A whole move up to its success; answers its id. */
  move(from: string, to: string, body?: object, options?: CallOptions): Promise<string>;
  /** The `migration_info` of a migration. */
  info(id: string, options?: CallOptions): Promise<Answer['body']>;
}

export async function remountService(): Promise<RemountService> {
  const service = await startService();
  const { deps, call } = service;
  const accept: RemountService['accept'] = async (from, to, body = {}, options = {}) => {
    const answer = await call('POST', 'sys/remount', { ...options, body: { from, to, ...body } });
    if (answer.status !== 200) throw new Error(`the move was answered with ${answer.text}`);
    return answer.body.data.migration_id;
  };
  return {
    ...service,
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
