/** A service with tokens, leases and engines, without the API that enables mounts: what tests of tokens and leases drive. */

import { capabilityRoutes } from '../../functions/credentials/capabilityRoutes.ts';
import { leaseRoutes } from '../../functions/credentials/leaseRoutes.ts';
import { tokenRoutes } from '../../functions/credentials/tokenRoutes.ts';
import { engines } from '../../functions/engines/catalog.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { policyKey } from '../../functions/store/keys.ts';
import type { Namespace } from '../../functions/tree/namespace.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { type Answer, type Caller, type CallOptions, caller } from './call.ts';
import { rented } from './rented.ts';
import { type TestDeps, testDeps } from './testDeps.ts';
import { rootToken } from './tokens.ts';

export interface World {
  deps: TestDeps;
  /** Asks as root unless told otherwise. */
  call: Caller;
  root: string;
  /** Stores a policy, written as HCL. */
  policy(name: string, text: string, namespace?: Namespace): Promise<void>;
  /** Creates a token and answers its `auth` object. */
  token(body?: Record<string, unknown>, options?: CallOptions): Promise<Auth>;
  stop(): Promise<void>;
}

export interface Auth {
  client_token: string;
  accessor: string;
  policies: string[];
  lease_duration: number;
  renewable: boolean;
  orphan: boolean;
  num_uses: number;
  token_type: string;
  metadata: Record<string, string> | null;
}

export async function world(): Promise<World> {
  const deps = await testDeps();
  const builtin = [...tokenRoutes, ...leaseRoutes, ...capabilityRoutes];
  const root = await rootToken(deps);
  const call = caller(deps, { builtin, engines: { ...engines, rented } }, root);
  return {
    deps,
    call,
    root,
    async policy(name, text, namespace = ROOT) {
      const compiled = JSON.stringify(parsePolicy(text));
      await deps.store.commit([{ put: { ...policyKey(namespace.id, name), text, compiled } }]);
    },
    async token(body = {}, options = {}) {
      const answer = await call('POST', 'auth/token/create', { body, ...options });
      if (answer.status !== 200) throw new Error(`no token: ${answer.text}`);
      return answer.body.auth as Auth;
    },
    stop: () => deps.stop(),
  };
}

/** Whether an answer is a refusal with just this text. */
export function refusal({ status, body }: Answer): { status: number; errors: string[] } {
  return { status, errors: body?.errors };
}

/** The wrapper of an error of the framework (contract §2.1). */
export function wrapper(text: string): string {
  return `1 error occurred:\n\t* ${text}\n\n`;
}
