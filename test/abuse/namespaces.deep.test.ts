/** Access to a foreign namespace is tried with every trick of path and header, through every row of the route tables (R10). */

import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { severalAtOnce } from '../../functions/store/severalAtOnce.ts';
import { readTables, type Stored } from '../support/tables.ts';
import {
  type Asked,
  ask,
  askedOf,
  BELOW,
  FOREIGN,
  HERE,
  type Loot,
  MARK,
  ROWS,
  type Scene,
  scene,
} from './foreign.ts';

/** Ways to address another namespace: the header, and a prefix of the path. */
const WAYS: [what: string, way: (target: string) => { namespace?: string; before?: string }][] = [
  ['by its path', (target) => ({ before: target })],
  ['by its path, slashes encoded', (target) => ({ before: target.replaceAll('/', '%2F') })],
  ['by its path after extra slashes', (target) => ({ before: `//${target.replaceAll('/', '//')}` })],
  ['by its header', (target) => ({ namespace: target || 'root' })],
  ['by a header with ..', (target) => ({ namespace: `${HERE}../../${target}` })],
  ['by a header with too many ..', (target) => ({ namespace: `${HERE}../../../${target}` })],
  ['by a path with ..', (target) => ({ namespace: HERE, before: `../../${target}` })],
  ['by a path with encoded ..', (target) => ({ namespace: HERE, before: `%2e%2e/%2E%2E/${target}` })],
  [
    'by a path with .. encoded twice',
    (target) => ({ namespace: HERE, before: `%252e%252e%252f%252e%252e/${target}` }),
  ],
  ['by a path with .. and other slashes', (target) => ({ namespace: HERE, before: `..%5C..%5C${target}` })],
  ['by the whole path, from its own namespace', (target) => ({ namespace: HERE, before: target })],
  [
    'by half of the path in the header',
    (target) => ({ namespace: target.slice(0, -2), before: target.slice(-2) }),
  ],
];

let s: Scene;
let before: Map<string, Stored>;
beforeAll(async () => {
  s = await scene();
  before = itemsOf(await stored());
  await s.call('POST', 'sys/mounts/own', { namespace: HERE, body: { type: 'kv' } });
  await s.call('POST', 'own/known', { namespace: HERE, body: { value: 'own' } });
});
afterAll(() => s.stop());

async function stored(): Promise<[string, Stored][]> {
  const tables = await readTables(s.deps.client);
  return Object.entries(tables).flatMap(([table, items]) =>
    items.map((item): [string, Stored] => [table, item]),
  );
}

function itemsOf(items: [string, Stored][]): Map<string, Stored> {
  return new Map(items.map(([table, item]) => [`${table} ${item.pk} ${item.sk}`, item]));
}

/** The answers to the attacker that show data of another namespace, or an unexpected error. */
async function leaks(asked: Asked[], way: { namespace?: string; before?: string }): Promise<string[]> {
  const answers = await severalAtOnce(asked, async (one) => {
    const token = await s.attacker();
    const request = { ...one, path: `${way.before ?? ''}${one.path}` };
    const { status, text } = await ask(s.call, request, { token, namespace: way.namespace ?? '' });
    const leaks = text.includes(MARK) || (status >= 500 && !text.includes('1 error occurred'));
    return leaks ? [`${request.method} ${request.path}: ${status} ${text.slice(0, 200)}`] : [];
  });
  return answers.flat();
}

const everything = (loot: Loot) => ROWS.flatMap((row) => askedOf(row, loot));
const lootOf = (namespace: string) => s.loot.find((loot) => loot.namespace === namespace) as Loot;

describe('the planted data', () => {
  it('is shown to a token that may see it, so a leak can be found', async () => {
    for (const loot of s.loot) {
      const reads = everything(loot).filter(({ method }) => ['GET', 'LIST', 'SCAN'].includes(method));
      const seen = await severalAtOnce(reads, (one) => ask(s.call, one, { namespace: loot.namespace }));
      expect(seen.filter(({ text }) => text.includes(MARK)).length).toBeGreaterThan(25);
    }
  });

  it('is requested in more than a hundred and fifty ways, through every row', () => {
    const asked = everything(lootOf('other/'));
    expect(asked.length).toBeGreaterThan(150);
    expect(asked.filter(({ path }) => path.includes(':'))).toEqual([]);
  });
});

describe('a token of another namespace', () => {
  it.each(WAYS)(
    'neither sees nor changes a sibling %s',
    async (_, way) => {
      expect(await leaks(everything(lootOf('team/beside/')), way('team/beside/'))).toEqual([]);
    },
    120_000,
  );

  it.each(FOREIGN)(
    'neither sees nor changes %j by its ids and secrets',
    async (namespace) => {
      const own = everything(lootOf(namespace)).filter(({ path }) => !path.includes('api-lock'));
      expect(await leaks(own, { namespace: HERE })).toEqual([]);
      if (namespace === 'team/') expect(await leaks(own, { namespace: BELOW })).toEqual([]);
    },
    120_000,
  );

  it.each(FOREIGN.filter((namespace) => namespace !== 'team/beside/'))(
    'neither sees nor changes %j by path or header',
    async (namespace) => {
      for (const way of [{ namespace: namespace || 'root' }, { before: namespace }])
        expect(await leaks(everything(lootOf(namespace)), way)).toEqual([]);
    },
    120_000,
  );

  it('still sees its own namespace, so no request was refused for an invalid token', async () => {
    const answer = await s.call('GET', 'own/known', { namespace: HERE, token: await s.attacker() });
    expect(answer.status).toBe(200);
  });

  it('has changed nothing', async () => {
    const now = await stored();
    const after = itemsOf(now);
    const changed = [...before].filter(([key, item]) => !isDeepStrictEqual(after.get(key), item));
    expect(changed.map(([key]) => [key, before.get(key), after.get(key)])).toEqual([]);
    const ids = s.loot.map(({ namespaceId }) => namespaceId);
    const added = now.filter(([table, { pk, sk }]) => {
      if (before.has(`${table} ${pk} ${sk}`)) return false;
      // Migrations and runs of a namespace are also listed in the namespaces above it.
      if (/^(bulk-)?list#/.test(pk)) return false;
      return ids.some((id) => pk === id || pk.split('#').includes(id));
    });
    expect(added.map(([table, { pk, sk }]) => `${table} ${pk} ${sk}`)).toEqual([]);
  });
});
