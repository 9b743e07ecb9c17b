/** The policy, the event and the refusal that docs/automation.md shows fit each other. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRequested } from '../../functions/events/requestedRemount.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { policyKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

describe('the documented event', () => {
  let document: string;
  let detail: unknown;
  let namespaceId: string;
  beforeAll(async () => {
    document = await readFile(join(import.meta.dirname, '../../docs/automation.md'), 'utf8');
    const [, policy = ''] = /event-mover - <<'EOF'\n(.*?)\nEOF/s.exec(document) ?? [];
    const [, written = ''] = /"Detail": (".*")\n/.exec(document) ?? [];
    detail = JSON.parse(JSON.parse(written));
    namespaceId = (await placeNamespace(deps, ROOT, 'team-a')).id;
    const compiled = JSON.stringify(parsePolicy(policy));
    await deps.store.commit([{ put: { ...policyKey(namespaceId, 'event-mover'), text: policy, compiled } }]);
  });

  const request = () => startRequested(deps, { id: deps.ids.uuid(), account: '1', detail }, ['event-mover']);

  it('is refused without its mount, with the documented text', async () => {
    const [, asked = '', why = ''] = /"asked": (\{.*?\}),\n {2}"why": ("[^\n]*")\n/s.exec(document) ?? [];

    const refusal = await request().catch((error: Error) => error.message);

    expect(refusal).toBe(JSON.parse(why));
    expect(JSON.parse(asked)).toEqual(detail);
  });

  it('is allowed by the documented policy', async () => {
    await placeMount(deps, 'ci/blue/', { namespaceId });

    expect(await request()).toHaveProperty('migration_id');
  });
});
