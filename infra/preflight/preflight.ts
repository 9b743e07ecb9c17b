/**
 * `npm run preflight -- --stage <stage> --region <region>`, with every `--param` of the deployment: says in one line each
 * what would make that deployment fail, or surprise, and what to do. It changes nothing. The exit code is 1 if the
 * deployment would fail.
 */

import { parseArgs } from 'node:util';
import { readAccount } from './account.ts';
import { type Finding, ofAccount, ofPlan } from './findings.ts';
import { type Order, readPlan } from './plan.ts';

const USAGE = 'usage: npm run preflight -- --stage <stage> --region <region> [--param="name=value"]…';

try {
  const findings = await preflight(readOrder());
  for (const { fails, text } of findings) console.log(`${fails ? 'fails:' : 'note: '} ${text}`);
  const failures = findings.filter(({ fails }) => fails).length;
  console.log(failures > 0 ? 'The deployment would fail.' : 'Nothing is in the way of the deployment.');
  process.exitCode = failures > 0 ? 1 : 0;
} catch (error) {
  console.error(`preflight: ${(error as Error).message}`);
  process.exitCode = 1;
}

/** What is wrong with the order itself is said before AWS is asked. */
async function preflight(order: Order): Promise<Finding[]> {
  const plan = await readPlan(order);
  const own = ofPlan(plan);
  return own.length > 0 ? own : ofAccount(plan, await readAccount(plan));
}

function readOrder(): Order {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string' },
      region: { type: 'string' },
      param: { type: 'string', multiple: true },
    },
  });
  const { stage, region, param: params = [] } = values;
  if (!stage || !region) throw new Error(USAGE);
  return { stage, region, params };
}
