/** The service, for tests of bulk runs. */

import { expect } from 'vitest';
import type { Answer } from '../support/call.ts';
import { type Service, startService } from '../support/service.ts';

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
