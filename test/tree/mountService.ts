/** The service, for tests of the endpoints of mounts. */

import { expect } from 'vitest';
import { type NamedService, service } from '../support/service.ts';

export interface MountService extends NamedService {
  /** Enables what must be accepted: a kv, unless told otherwise. */
  enable(path: string, body?: Record<string, unknown>): Promise<void>;
  /** The errors of a request that must be refused with 400. */
  refusalOf(method: string, path: string, body?: unknown): Promise<unknown>;
}

export function mountService(): MountService {
  const s = service();
  return Object.assign(s, {
    async enable(path: string, body: Record<string, unknown> = { type: 'kv' }) {
      const { status, text } = await s.call('POST', path, { body });
      expect(text).toBe('');
      expect(status).toBe(204);
    },
    async refusalOf(method: string, path: string, body?: unknown) {
      const answer = await s.call(method, path, { body });
      expect(answer.status).toBe(400);
      return answer.body.errors;
    },
  });
}
