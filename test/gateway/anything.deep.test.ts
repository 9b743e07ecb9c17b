import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { handle } from '../../functions/gateway/handle.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';
import { anyRequest, type Known } from './anyRequest.ts';

const ROOT_TOKEN = 'the-root-token';

/** No request here may take longer, even on a machine that many share. */
const PATIENCE_MS = 10_000;

const MOUNTS = [
  { prefix: 'one/', type: 'kv', options: {} },
  { prefix: 'two/', type: 'kv', options: { version: '2' } },
  { prefix: 'ssh/', type: 'ssh', options: {} },
  { prefix: 'auth/people/', type: 'userpass', options: {} },
  { prefix: 'auth/roles/', type: 'approle', options: {} },
];

const KNOWN: Known = {
  places: [
    { prefix: '', routes: vaultApi.builtin },
    { prefix: 'team/', routes: vaultApi.builtin },
    ...MOUNTS.map(({ prefix, type, options }) => ({ prefix, routes: engines[type]?.routes(options) ?? [] })),
  ],
  words: ['a', 'bob', 'web', 'one', 'two', 'kv', 'ssh', 'auth/people', 'sys', 'team', 'userpass', 'default'],
  token: ROOT_TOKEN,
  namespace: 'team',
};

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
  await placeNamespace(deps, ROOT, 'team');
  for (const { prefix, type, options } of MOUNTS) await placeMount(deps, prefix, { type, options });
});
afterAll(() => deps.stop());

/**
 * A handler may refuse with 500 and a text, as Vault does (contract §2.2); an unexpected error has no text of its own. A
 * request may lock the namespace, and others are refused for that.
 */
function isMeant(status: number, body: string): boolean {
  if (status === 503) return body.includes('locked by an administrator');
  return status < 500 || (status === 500 && !body.includes('internal error'));
}

it('every request is answered in time, and never with an unexpected error', async () => {
  await fc.assert(
    fc.asyncProperty(anyRequest(KNOWN), async (request) => {
      // Some requests revoke it.
      await rootToken(deps, ROOT_TOKEN);
      deps.logged.length = 0;
      const began = Date.now();

      const { status, headers, body } = await handle(request, vaultApi, deps);

      expect(Date.now() - began).toBeLessThan(PATIENCE_MS);
      expect(deps.logged.filter((line) => line.includes('unexpected error'))).toEqual([]);
      expect({ status, body }).toSatisfy(() => isMeant(status, body));
      if (body !== '' && headers['Content-Type'] === 'application/json') JSON.parse(body);
    }),
    { numRuns: 1_000 },
  );
}, 120_000);
