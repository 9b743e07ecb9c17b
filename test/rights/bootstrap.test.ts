import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from '../../functions/credentials/bootstrap.ts';
import { startForwardingProxy } from '../../infra/demo/forwardingProxy.ts';
import { packageTemplate, type Template } from '../infra/packageTemplate.ts';
import { grantsOf } from '../infra/rights.ts';
import { type Between, type TestDeps, testDeps } from '../support/testDeps.ts';
import { covers, type Need, needsOf } from './needs.ts';

let template: Template;
let deps: TestDeps;
let needs: Need[] = [];

beforeAll(async () => {
  ({ template } = await packageTemplate());
  const between: Between = (endpoint) =>
    startForwardingProxy(endpoint, ({ headers, body }) => {
      const [, operation = ''] = /\.(\w+)$/.exec(String(headers['x-amz-target'])) ?? [];
      needs.push(...needsOf(operation, JSON.parse(body.toString())));
    });
  deps = await testDeps({ between });
});
afterAll(() => deps.stop());

describe('the role of bootstrap', () => {
  it.each([
    ['the first root token', {}],
    ['its replacement', { replace: true }],
  ])('allows %s, by the key of each item and by those of the whole call', async (_, order) => {
    needs = [];
    await bootstrap(deps, order);

    const grants = grantsOf(template, 'BootstrapRole');
    const alone = needs.map(({ together, ...need }): Need => need);
    expect(needs.some(({ together = [] }) => together.includes('bootstrap'))).toBe(true);
    expect([...needs, ...alone].filter((need) => !grants.some((grant) => covers(grant, need)))).toEqual([]);
  });
});
