/** A target whose namespace is misspelt is a path in the namespace of the request: a plan warns of it. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRequested } from '../../functions/events/requestedRemount.ts';
import { MAX_NAMESPACE_TYPOS } from '../../functions/limits.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;

beforeAll(async () => {
  service = await remountService();
  const { deps } = service;
  const team = await placeNamespace(deps, ROOT, 'team-b');
  await placeNamespace(deps, team, 'inner');
  for (const path of ['kv/', 'apps/one/']) await placeMount(deps, path);
  await placeNamespace(deps, ROOT, 'bare');
});
afterAll(() => service.deps.stop());

/** The warnings of a plan. */
async function warningsOf(to: string, token?: string): Promise<string[]> {
  const answer = await service.call('POST', 'sys/remount/plan', {
    body: { from: 'kv', to },
    ...(token && { token }),
  });
  expect(answer.status).toBe(200);
  return answer.body.warnings ?? [];
}

const notOne = (first: string, path: string, where = 'the root namespace') =>
  `"${first}" is not a namespace, so "${path}" is a path in ${where}`;

describe('a plan warns of a target whose first segment', () => {
  it.each(['teem-b', 'Team-B', 'team_b', 'teamb'])('resembles a namespace: %s', async (name) => {
    expect(await warningsOf(`${name}/blue`)).toEqual([
      `${notOne(`${name}/`, `${name}/blue/`)}; did you mean the namespace "team-b/"?`,
    ]);
  });

  it('resembles one in the namespace that the path leads into', async () => {
    expect(await warningsOf('team-b/iner/blue')).toEqual([
      `${notOne('iner/', 'iner/blue/', 'namespace "team-b/"')}; did you mean the namespace "inner/"?`,
    ]);
  });

  it('is new', async () => {
    expect(await warningsOf('elsewhere/blue')).toEqual([notOne('elsewhere/', 'elsewhere/blue/')]);
  });

  it('but not of others', async () => {
    for (const to of ['team-b/blue', 'blue', 'teem-b', 'apps/two', 'bare/elsewhere/blue'])
      expect(await warningsOf(to)).toEqual([]);
  });
});

it('does not name the namespace to a token that may not list it', async () => {
  const policy = 'path "sys/remount/plan" { capabilities = ["update", "sudo"] }';
  await service.call('PUT', 'sys/policies/acl/planner', { body: { policy } });
  const made = await service.call('POST', 'auth/token/create', { body: { policies: ['planner'] } });
  const token = made.body.auth.client_token;
  expect(await warningsOf('teem-b/blue', token)).toEqual([notOne('teem-b/', 'teem-b/blue/')]);
  const listing = 'path "sys/namespaces" { capabilities = ["list"] }';
  await service.call('PUT', 'sys/policies/acl/planner', { body: { policy: `${policy} ${listing}` } });
  expect(await warningsOf('teem-b/blue', token)).toEqual([expect.stringContaining('did you mean')]);
});

describe('the plan of a run', () => {
  const plan = (moves: object[], body = {}) =>
    service.call('POST', 'sys/remount/bulk', { body: { moves, dry_run: true, ...body } });

  it('warns of each segment once', async () => {
    const moves = [
      { from: 'kv', to: 'teem-b/kv' },
      { from: 'apps/one', to: 'teem-b/one' },
    ];
    expect((await plan(moves)).body.warnings).toEqual([expect.stringContaining('"teem-b/kv/"')]);
  });

  it(`warns at most ${MAX_NAMESPACE_TYPOS} times`, async () => {
    const names = Array.from({ length: MAX_NAMESPACE_TYPOS + 1 }, (_, i) => `many-${i}`);
    await Promise.all(names.map((name) => placeMount(service.deps, `${name}/`)));
    const { body } = await plan(names.map((name) => ({ from: name, to: `new-${name}/kv` })));
    expect(body.warnings).toEqual(
      names.slice(1).map((_, i) => notOne(`new-many-${i}/`, `new-many-${i}/kv/`)),
    );
  });
});

describe('require_namespace', () => {
  const OUTSIDE =
    '"teem-b/blue/" is a path in the root namespace, and require_namespace asks for a namespace below it';
  const typed = { from: 'kv', to: 'teem-b/blue' };

  it.each(['sys/remount', 'sys/remount/plan'])('refuses such a move at %s', async (path) => {
    const answer = await service.call('POST', path, { body: { ...typed, require_namespace: true } });
    expect([answer.status, answer.body.errors]).toEqual([400, [OUTSIDE]]);
  });

  it('refuses the row of a run, and the run', async () => {
    const body = { moves: [typed], require_namespace: true };
    const answer = await service.call('POST', 'sys/remount/bulk', { body });
    expect([answer.status, answer.body.errors]).toEqual([400, [`row 1: ${OUTSIDE}`]]);
  });

  it('refuses the request of an event', async () => {
    const policy = 'path "sys/remount" { capabilities = ["update", "sudo"] }';
    await service.call('PUT', 'sys/policies/acl/mover', { body: { policy } });
    const detail = { ...typed, require_namespace: true };
    const event = { id: service.deps.ids.uuid(), account: '1', detail };
    await expect(startRequested(service.deps, event, ['mover'])).rejects.toThrow(OUTSIDE);
  });

  it('is not passed by a repeated move that had no such demand', async () => {
    await placeMount(service.deps, 'again/');
    const moved = { from: 'again', to: 'teem-b/again' };
    await service.move(moved.from, moved.to);
    const answer = await service.call('POST', 'sys/remount', { body: { ...moved, require_namespace: true } });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('require_namespace')]);
  });

  it('lets the right one through', async () => {
    await service.move('kv', 'team-b/blue', { require_namespace: true });
    expect((await service.call('GET', 'sys/mounts/blue', { namespace: 'team-b' })).status).toBe(200);
  });
});
