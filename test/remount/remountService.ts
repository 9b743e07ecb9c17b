/** The service for tests of moves. Workflows run only when a test runs them. */

import type { Answer, CallOptions } from '../support/call.ts';
import { type Service, startService } from '../support/service.ts';
import { runMigration } from '../support/workflow.ts';

export interface RemountService extends Service {
  /** Requests a move without running it. @returns its id */
  accept(from: string, to: string, body?: object, options?: CallOptions): Promise<string>;
  /** Runs a whole move up to its success. @returns its id */
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
