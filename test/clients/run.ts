/**
 * `npm run test:clients`: tests the service with clients of other projects, in Go, Python, Node and Terraform. Does the
 * same with a real OpenBao if there is one, and then makes `.build/reference.md` of both.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findOpenBao, HOW_TO_GET_OPENBAO } from '../support/openbao.ts';
import { clientsLeftOut } from './leftOut.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const hasReference = (await findOpenBao()) !== undefined;
const args = [
  ...['run', 'test/clients/', '--project=contract', '--reporter=default'],
  ...(hasReference ? ['--project=reference', '--reporter=test/reference/reporter.ts'] : []),
];
const vitest = spawn(join(ROOT, 'node_modules', '.bin', 'vitest'), args, {
  cwd: ROOT,
  env: { ...process.env, REFERENCE: hasReference ? 'all' : '' },
  stdio: 'inherit',
});
const [code] = await once(vitest, 'exit');
process.exitCode = code ?? 1;
for (const line of await clientsLeftOut()) console.log(line);
if (!hasReference) console.log(`OpenBao itself was left out: ${HOW_TO_GET_OPENBAO}.`);
