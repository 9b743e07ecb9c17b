import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Requested, startRequested } from '../../functions/events/requestedRemount.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { policyKey } from '../../functions/store/keys.ts';
import { aliasAt } from '../../functions/tree/changeAlias.ts';
import { lockNamespace } from '../../functions/tree/lockNamespace.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { runMigration } from '../support/workflow.ts';

let deps: TestDeps;
let namespace: Namespace;
beforeAll(async () => {
  deps = await testDeps();
  namespace = await placeNamespace(deps, ROOT, 'ns');
  await lockNamespace(deps, await placeNamespace(deps, ROOT, 'locked'), '');
  await placeMount(deps, 'a/', { namespaceId: namespace.id });
  const rule = (capabilities: string, more = '') =>
    `path "sys/remount" { capabilities = [${capabilities}] ${more} }`;
  await writePolicy('mover', rule('"update", "sudo"'), namespace);
  await writePolicy('no-sudo', rule('"update"'), namespace);
  await writePolicy(
    'only-b',
    rule('"update", "sudo"', 'allowed_parameters = { "from" = [], "to" = ["b"] }'),
    namespace,
  );
  await writePolicy('bulk-mover', 'path "sys/remount/bulk" { capabilities = ["update", "sudo"] }', namespace);
  await writePolicy('above', 'path "+/sys/remount" { capabilities = ["update", "sudo"] }', ROOT);
});
afterAll(() => deps.stop());

async function writePolicy(name: string, text: string, { id }: Namespace): Promise<void> {
  await deps.store.commit([
    { put: { ...policyKey(id, name), text, version: 1, compiled: JSON.stringify(parsePolicy(text)) } },
  ]);
}

function ask(detail: unknown, policies: string[]): Promise<Requested> {
  return startRequested(deps, { id: deps.ids.uuid(), account: '111122223333', detail }, policies);
}

describe('a request by event', () => {
  const asked = { from: 'a', to: 'c', namespace: 'ns' };
  /** The whole text: whoever reads the queue compares it with what docs/automation.md says. */
  const DENIED = /^permission denied$/;
  const bulk = { rules: [{ from: 'a', to: 'c' }], namespace: 'ns' };

  it.each([
    ['no policy is named', asked, [], DENIED],
    ['the policy does not exist there', asked, ['nowhere'], DENIED],
    ['the policy is that of another namespace', asked, ['above'], DENIED],
    ['the policy is named root', asked, ['root'], DENIED],
    ['the policy has no sudo', asked, ['no-sudo'], DENIED],
    ['the policy allows other targets only', asked, ['only-b'], DENIED],
    ['there is no such namespace', { ...asked, namespace: 'nowhere' }, ['mover'], 'namespace not found'],
    ['the namespace is locked', { ...asked, namespace: 'locked' }, ['mover'], 'has been locked'],
    ['a field is not known', { ...asked, namespce: 'ns' }, ['mover'], 'unknown field "namespce"'],
    ['an old path is to answer too long', { ...asked, alias_ttl: '91d' }, ['mover'], 'at most 90 days'],
    ['the policy allows no alias', { ...asked, to: 'b', alias_ttl: '1h' }, ['only-b'], DENIED],
    ['a field is of no use', { ...asked, from: ['a'] }, ['mover'], 'Field validation failed'],
    ['one and many moves are asked for', { ...asked, moves: [] }, ['bulk-mover'], 'unknown field "from"'],
    ['the policy is for one move and many are asked for', bulk, ['mover'], DENIED],
    ['a plan is asked for', { ...bulk, dry_run: true }, ['bulk-mover'], 'unknown field "dry_run"'],
    ['a rule matches nothing', { ...bulk, rules: [{ from: 'x/*', to: 'y/*' }] }, ['bulk-mover'], 'rule 1'],
    ['a path is missing', { from: 'a', namespace: 'ns' }, ['mover'], "both 'from' and 'to' path"],
    ['the mount is not there', { ...asked, from: 'b' }, ['mover'], 'no matching mount at "b/"'],
    ['the detail is no object', ['a', 'b'], ['mover'], 'must be a JSON object'],
  ])('is refused when %s', async (_, detail, policies, reason) => {
    const started = deps.started.length;

    await expect(ask(detail, policies)).rejects.toThrow(reason);

    expect(deps.started).toHaveLength(started);
  });

  it('starts the migration in its namespace, with the event as its requester', async () => {
    const { migration_id } = (await ask({ ...asked, reason: 'because' }, ['mover'])) as {
      migration_id: string;
    };

    const item = await deps.store.get({ table: 'migrations', pk: migration_id, sk: '.' });
    expect(item).toMatchObject({
      source: { namespacePath: 'ns/', path: 'a/' },
      target: { namespacePath: 'ns/', path: 'c/' },
      reason: 'because',
      requestedBy: { displayName: 'event', accessor: '', namespace: 'ns/' },
    });
  });

  it.each([
    ['one move', 'mover', (to: string) => ({ from: `p-${to}`, to, namespace: 'ns' })],
    ['many moves', 'bulk-mover', (to: string) => ({ moves: [{ from: `p-${to}`, to }], namespace: 'ns' })],
  ])('for %s changes the policies that its own policies allow it to write', async (_, mover, detailTo) => {
    const to = `q-${mover}`;
    const reader = `reader-${mover}`;
    await placeMount(deps, `p-${to}/`, { namespaceId: namespace.id });
    await writePolicy(reader, `path "p-${to}/*" { capabilities = ["read"] }`, namespace);
    await writePolicy('writer', `path "sys/policies/acl/reader-*" { capabilities = ["update"] }`, namespace);
    const detail = { ...detailTo(to), policies: 'add' };

    await expect(ask(detail, [mover])).rejects.toThrow('1 of namespace "ns/" that it may not read');

    const started = await ask(detail, [mover, 'writer']);
    const [id = ''] = Object.values(started);
    const item = await deps.store.get({ table: 'migrations', pk: id, sk: '.' });
    expect(item?.policies).toMatchObject({ mode: 'add' });
  });

  it('lets the old path go on answering for the time that it names', async () => {
    await placeMount(deps, 'used/', { namespaceId: namespace.id });
    const leaving = { from: 'used', to: 'moved', namespace: 'ns', alias_ttl: '36h' };
    const { migration_id } = (await ask(leaving, ['mover'])) as { migration_id: string };

    await runMigration(deps, migration_id);

    const alias = await aliasAt(deps, namespace.id, 'used/');
    expect(alias).toMatchObject({ migrationId: migration_id, target: { path: 'moved/' } });
    expect((alias?.until ?? 0) - (alias?.since ?? 0)).toBe(36 * 3_600_000);
  });

  it('that its sender repeats with the same key starts one migration', async () => {
    await placeMount(deps, 'keyed/', { namespaceId: namespace.id });
    const keyed = { from: 'keyed', to: 'locked', namespace: 'ns', idempotency_key: 'build-7' };

    const first = await ask(keyed, ['mover']);

    expect(await ask(keyed, ['mover'])).toEqual(first);
    await expect(ask({ ...keyed, to: 'other' }, ['mover'])).rejects.toThrow('used with another request');
  });
});
