/** The service, for tests of the endpoints of namespaces. */

import { expect } from 'vitest';
import type { Answer } from '../support/call.ts';
import { type NamedService, service } from '../support/service.ts';

const PATCH = { 'content-type': 'application/merge-patch+json' };

export interface NamespaceService extends NamedService {
  /** Creates a namespace, or changes one, and answers what is told of it. */
  create(path: string, namespace?: string, metadata?: unknown): Promise<Record<string, string>>;
  patch(path: string, metadata: unknown): Promise<Answer>;
  /** The errors of a request that must be refused with 400. */
  refusalOf(method: string, path: string, body?: unknown): Promise<unknown>;
}

export function namespaceService(): NamespaceService {
  const s = service();
  return Object.assign(s, {
    async create(path: string, namespace = '', metadata?: unknown) {
      const body = metadata === undefined ? {} : { custom_metadata: metadata };
      const answer = await s.call('POST', `sys/namespaces/${path}`, { namespace, body });
      expect(answer.status, answer.text).toBe(200);
      return answer.body.data;
    },
    patch(path: string, custom_metadata: unknown) {
      return s.call('PATCH', `sys/namespaces/${path}`, { headers: PATCH, body: { custom_metadata } });
    },
    async refusalOf(method: string, path: string, body?: unknown) {
      const answer = await s.call(method, `sys/namespaces/${path}`, { body, headers: PATCH });
      expect(answer.status, answer.text).toBe(400);
      return answer.body.errors;
    },
  });
}
