/** The service in this process, on an emulator of its own, for the tests of its parts. */

import { beforeEach } from 'vitest';
import type { Api } from '../../functions/gateway/api.ts';
import type { Deps } from '../../functions/ports/deps.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, type CallOptions, caller } from './call.ts';
import { type TestDeps, testDeps } from './testDeps.ts';
import { throughFile } from './throughFile.ts';
import { placePolicy, rootToken } from './tokens.ts';

export interface Service {
  deps: TestDeps;
  /** The root token. */
  root: string;
  /** Sends requests as root unless a call names another token. */
  call: Caller;
  /** The same with some dependencies replaced, for failures or interleaved writes. */
  callOn(others: Partial<Deps>): Caller;
  /** Stores a policy, written as HCL. */
  policy(name: string, text: string, namespace?: { id: string }): Promise<void>;
  /** Creates a token. @returns its `auth` object */
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

export interface ServiceOptions {
  /** The API to serve instead of the whole one. */
  api?: Api;
  /** Replaces the default clock, which is real time plus what a test lets pass. */
  clock?: TestDeps['clock'];
}

/** Call `stop` in `afterAll`. */
export async function startService({ api = vaultApi, clock }: ServiceOptions = {}): Promise<Service> {
  const base = await testDeps();
  const deps: TestDeps = clock ? { ...base, clock } : base;
  const root = await rootToken(deps);
  const call = caller(deps, api, root);
  return {
    deps,
    root,
    call,
    callOn: (others) => caller({ ...deps, ...others }, api, root),
    policy: (name, text, namespace = ROOT) => placePolicy(deps, name, text, namespace.id),
    async token(body = {}, options = {}) {
      const answer = await call('POST', 'auth/token/create', { body, ...options });
      if (answer.status !== 200) throw new Error(`no token: ${answer.text}`);
      return answer.body.auth as Auth;
    },
    stop: () => deps.stop(),
  };
}

export interface NamedService extends Service {
  /** A name that no other test of the file uses. */
  name: string;
}

/** One service for all tests of the file. */
export function service(): NamedService {
  const s = throughFile(async (): Promise<NamedService> => ({ ...(await startService()), name: '' }));
  beforeEach(() => {
    s.name = `n${s.deps.ids.hex(10)}`;
  });
  return s;
}
