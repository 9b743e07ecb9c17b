/** The whole service in this process, for the tests of one file. */

import { beforeEach } from 'vitest';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from './call.ts';
import { type TestDeps, testDeps } from './testDeps.ts';
import { throughFile } from './throughFile.ts';
import { rootToken } from './tokens.ts';

export interface Service {
  deps: TestDeps;
  /** A name that no other test of the file has. */
  name: string;
  /** Asks as root unless told otherwise. */
  call: Caller;
  /** The same on other dependencies, which may fail. */
  callOn(deps: TestDeps): Caller;
  stop(): Promise<void>;
}

export function service(): Service {
  const s = throughFile(started);
  beforeEach(() => {
    s.name = `n${s.deps.ids.hex(10)}`;
  });
  return s;
}

async function started(): Promise<Service> {
  const deps = await testDeps();
  const root = await rootToken(deps);
  const callOn = (on: TestDeps) => caller(on, vaultApi, root);
  return { deps, name: '', call: callOn(deps), callOn, stop: () => deps.stop() };
}
