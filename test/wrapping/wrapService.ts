/** The service with a kv mount, for tests of response wrapping. */

import type { Answer, CallOptions } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { type Service, startService } from '../support/service.ts';
import { refusal, wrapper } from '../support/world.ts';

export const DENIED = { status: 403, errors: [wrapper('permission denied')] };
export const INVALID = { status: 400, errors: ['wrapping token is not valid or does not exist'] };

interface WrapInfo {
  token: string;
  accessor: string;
  ttl: number;
  creation_time: string;
  creation_path: string;
  wrapped_accessor?: string;
}

export interface WrapService extends Service {
  /** Has the answer of a request wrapped, and returns its `wrap_info`. */
  wrapped(method: string, path: string, options?: CallOptions, ttl?: string): Promise<WrapInfo>;
  /** Unwraps with the wrapping token itself. */
  unwrap(token: string, options?: CallOptions): Promise<Answer>;
  /** Unwraps with the root token; the wrapping token is in the body. */
  unwrapNamed(token: string, options?: CallOptions): Promise<Answer>;
}

/** There is a secret at `kv/app`: `{"password":"s3cret"}`. */
export async function wrapService(): Promise<WrapService> {
  const service = await startService();
  const { call } = service;
  await placeMount(service.deps, 'kv/');
  await call('POST', 'kv/app', { body: { password: 's3cret' } });
  return {
    ...service,
    async wrapped(method, path, options = {}, ttl = '60') {
      const headers = { 'x-vault-wrap-ttl': ttl };
      const answer = await call(method, path, { ...options, headers });
      if (answer.status !== 200 || !answer.body.wrap_info) throw new Error(`not wrapped: ${answer.text}`);
      return answer.body.wrap_info as WrapInfo;
    },
    unwrap: (token, options) => call('POST', 'sys/wrapping/unwrap', { token, ...options }),
    unwrapNamed: (token, options) => call('POST', 'sys/wrapping/unwrap', { body: { token }, ...options }),
  };
}

/** How many of the answers are 200. Throws if another one is none of the refusals. */
export function successes(answers: Answer[], refusals: ReturnType<typeof refusal>[]): number {
  const refused = answers.filter(({ status }) => status !== 200).map(refusal);
  const strange = refused.filter((one) => !refusals.some((known) => isSame(one, known)));
  if (strange.length > 0) throw new Error(`unexpected answers: ${JSON.stringify(strange)}`);
  return answers.length - refused.length;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
