/** The policy and the event that docs/automation.md shows fit each other. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

it('the documented event is allowed by the documented policy', async () => {
  const document = await readFile(join(import.meta.dirname, '../../docs/automation.md'), 'utf8');
  const [, policy = ''] = /event-mover - <<'EOF'\n(.*?)\nEOF/s.exec(document) ?? [];
  const [, written = ''] = /"Detail": (".*")\n/.exec(document) ?? [];
  const detail = JSON.parse(JSON.parse(written));
  const { id } = await placeNamespace(deps, ROOT, 'team-a');
  await placeMount(deps, 'ci/blue/', { namespaceId: id });
  const compiled = JSON.stringify(parsePolicy(policy));
  await deps.store.commit([{ put: { ...policyKey(id, 'event-mover'), text: policy, compiled } }]);

  const requested = await startRequested(deps, { id: deps.ids.uuid(), account: '1', detail }, [
    'event-mover',
  ]);

  expect(requested).toHaveProperty('migration_id');
});
