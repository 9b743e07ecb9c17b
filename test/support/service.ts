/** The whole service in this process, for the tests of one file. */

import { afterAll, beforeAll, beforeEach } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { builtinRoutes } from '../../functions/routes.ts';
import { type Caller, caller } from './call.ts';
import { type TestDeps, testDeps } from './testDeps.ts';
import { rootToken } from './tokens.ts';

export interface Service {
  readonly deps: TestDeps;
  /** A name that no other test of the file has. */
  readonly name: string;
  /** Asks as root unless told otherwise. */
  call: Caller;
  /** The same on other dependencies, which may fail. */
  callOn(deps: TestDeps): Caller;
}

/** Runs from before the first test of the file that asks for it until after the last. */
export function service(): Service {
  let deps: TestDeps;
  let root: string;
  let name: string;
  beforeAll(async () => {
    deps = await testDeps();
    root = await rootToken(deps);
  });
  beforeEach(() => {
    name = `n${deps.ids.hex(10)}`;
  });
  afterAll(() => deps.stop());
  const callOn = (on: TestDeps) => caller(on, { builtin: builtinRoutes, engines }, root);
  return {
    get deps() {
      return deps;
    },
    get name() {
      return name;
    },
    call: (...asked) => callOn(deps)(...asked),
    callOn,
  };
}
