/** The whole service in this process, for tests of the endpoints of mounts. */

import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { builtinRoutes } from '../../functions/routes.ts';
import { type Caller, caller } from '../support/call.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

export interface MountService {
  readonly deps: TestDeps;
  /** A name for the mounts of the running test, which no other test has. */
  readonly name: string;
  /** Asks as root unless told otherwise. */
  call: Caller;
  /** The same on other dependencies, which may fail. */
  callOn(deps: TestDeps): Caller;
  /** Enables what must be accepted: a kv, unless told otherwise. */
  enable(path: string, body?: Record<string, unknown>): Promise<void>;
  /** The errors of a request that must be refused with 400. */
  refusalOf(method: string, path: string, body?: unknown): Promise<unknown>;
}

/** Serves the tests of the file that asks for it, from the first to the last. */
export function mountService(): MountService {
  let deps: TestDeps;
  let root: string;
  let name: string;
  beforeAll(async () => {
    deps = await testDeps();
    root = await rootToken(deps);
  });
  afterAll(() => deps.stop());
  beforeEach(() => {
    name = deps.ids.hex(10);
  });

  const callOn = (on: TestDeps) => caller(on, { builtin: builtinRoutes, engines }, root);
  const call: Caller = (...asked) => callOn(deps)(...asked);
  return {
    get deps() {
      return deps;
    },
    get name() {
      return name;
    },
    call,
    callOn,
    async enable(path, body = { type: 'kv' }) {
      const { status, text } = await call('POST', path, { body });
      expect(text).toBe('');
      expect(status).toBe(204);
    },
    async refusalOf(method, path, body) {
      const answer = await call(method, path, { body });
      expect(answer.status).toBe(400);
      return answer.body.errors;
    },
  };
}
