import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store, Write } from '../../functions/ports/store.ts';
import { generationKey, storageKey, tokenKey, treeKey } from '../../functions/store/keys.ts';
import type { Stored } from '../support/tables.ts';
import type { Step } from './model/steps.ts';
import { race, type Start, startOf } from './race.ts';
import { modelledService, type Service } from './service.ts';
import { checkSecrets, endBoth, newPair, type Pair, takeBoth } from './sideBySide.ts';

const TUNE: Step = { do: 'tune', in: '', path: 'other', description: 'x' };
const SWITCH: Step = { do: 'switch', migration: 0 };

let service: Service;
let pair: Pair;
let start: Start;

beforeAll(async () => {
  service = await modelledService();
  pair = newPair(service);
  const steps: Step[] = [
    { do: 'enable', in: '', path: 'a/kv', type: 'leased' },
    { do: 'enable', in: '', path: 'other', type: 'kv' },
    { do: 'write', in: '', path: 'a/kv/k', value: 'red' },
    { do: 'read', in: '', path: 'a/kv/k' },
    { do: 'move', in: '', from: 'a/kv', to: 'b/kv' },
  ];
  for (const step of steps) await takeBoth(pair, step);
  start = await startOf(pair);
});
afterAll(() => service.deps.stop());

/** The tables of the start, with writes that no step asked for. */
async function withWrites(...writes: Write[]): Promise<Pair> {
  await service.putBack(start.tables, start.time);
  if (writes.length > 0) await service.deps.store.commit(writes);
  return { ...structuredClone({ ...pair, service: undefined }), service };
}

function stored(path: string): Stored {
  return start.tables.mounts.find(({ sk }) => sk === path) as Stored;
}

function changed(path: string, changes: object): Write {
  return { put: { ...stored(path), ...changes, table: 'mounts' } };
}

describe('the model and the service side by side', () => {
  it.each<[string, () => Write[], RegExp]>([
    ['a mount at two paths', () => [changed('a/kv/', { sk: 'c/' })], /the picture differs.*\n.*\n.*"c\/"/s],
    ['a mount with another uuid', () => [changed('a/kv/', { uuid: 'u' })], /the picture differs.*"new"/s],
    [
      'a mount with another accessor',
      () => [changed('a/kv/', { accessor: 'u' })],
      /the picture differs.*"new"/s,
    ],
    ['other settings', () => [changed('a/kv/', { options: {} })], /the picture differs.*"new"/s],
    [
      'a generation that no step raised',
      () => [changed('a/kv/', { generation: 3 })],
      /the picture differs.*"generation":3/s,
    ],
    ['a description that no step wrote', () => [changed('a/kv/', { description: 'y' })], /"description":"y"/],
    [
      'a lost secret',
      () => [{ delete: storageKey(stored('a/kv/').uuid, 'data/k') }],
      /the picture differs.*"data":{}/s,
    ],
    [
      'a migration that failed by itself',
      () => {
        const { pk, sk } = start.tables.migrations.find(({ kind }) => kind === 'migration') as Stored;
        const set = { status: 'failure', phase: 'done', error: { code: 'cancelled', message: 'x' } };
        return [{ update: { table: 'migrations', pk, sk }, set, remove: ['open', 'nextLook'], if: { pk } }];
      },
      /the picture differs.*cancelled/s,
    ],
    [
      'a fork with a wrong count',
      () => [changed('a/', { count: 2 })],
      /the rules differs.*fork a\/ of root counts 2/s,
    ],
  ])('reports %s', async (_, writes, complaint) => {
    await expect(takeBoth(await withWrites(...writes()), TUNE)).rejects.toThrow(complaint);
  });

  it('reports a different answer', async () => {
    const ready = await withWrites({ delete: treeKey('root', 'other/') });
    await expect(takeBoth(ready, TUNE)).rejects.toThrow(/the answer differs.*tune.*200.*400/s);
  });

  it('reports a list that changes something', async () => {
    const ready = await withWrites();
    const changing = {
      ...service,
      take: async () => {
        await service.deps.store.commit([{ put: { table: 'storage', pk: 'x', sk: 'y' } }]);
        return { status: 200, shown: ['a/kv/', 'other/'] };
      },
    };
    const listing: Step = { do: 'list', in: '' };
    await expect(takeBoth({ ...ready, service: changing }, listing)).rejects.toThrow(/the tables differs/);
  });

  it('reports a lease that is revoked too early, or not at all', async () => {
    const key = generationKey(stored('a/kv/').uuid);
    const early = await withWrites({ put: { ...key, generation: 1 } });
    await expect(checkSecrets(early)).rejects.toThrow(/what is usable differs/);

    const late = await withWrites();
    await takeBoth(late, SWITCH);
    await service.deps.store.commit([{ put: { ...key, generation: 0 } }, changed('a/kv/', { sk: 'a/kv/' })]);
    await expect(checkSecrets(late)).rejects.toThrow(/what is usable differs/);
  });

  it('reports what is left in the tables at the end', async () => {
    const lineage = { mounts: {}, tokens: [] };
    const ready = await withWrites({ put: { ...tokenKey('nobody'), accessor: 'x', lineage } });
    await expect(endBoth(ready)).rejects.toThrow(/the rules differs.*token nobody has no accessor/s);
  });
});

describe('a race', () => {
  const first = () => 0;

  it('passes when nothing goes wrong', async () => {
    expect(await race(start, [SWITCH, TUNE], first)).toBe(true);
  });

  it('reports an outcome that no order of the steps explains, with the calls that led to it', async () => {
    const withoutChecks = { ...service, take: withStore(withoutConditions) };
    const enabling: Step = { do: 'enable', in: '', path: 'b', type: 'kv' };
    const broken = { ...start, pair: { ...pair, service: withoutChecks } };
    await expect(race(broken, [SWITCH, enabling], first)).rejects.toThrow(
      /something lies below b\/.*no order of the steps comes to.*one comes to.*a0 switch 0: get migrations/s,
    );
  });

  it('reports a switch that loses a tuning, in the only order in which it does', async () => {
    const withoutChecks = { ...service, take: withStore(withoutConditions) };
    const broken = { ...start, pair: { ...pair, service: withoutChecks } };
    const tuning: Step = { do: 'tune', in: '', path: 'a/kv', description: 'x' };
    const inBetween = (waiting: { operation: number; text: string }[]) => {
      const commits = waiting.findIndex(
        ({ operation, text }) => operation === 0 && text.startsWith('commit'),
      );
      return commits !== -1 && waiting.length > 1 ? 1 - commits : 0;
    };
    await expect(race(broken, [SWITCH, tuning], inBetween)).rejects.toThrow(/no order of the steps/);
  });

  /** The service on a faulty store. */
  function withStore(change: (store: Store) => Store): Service['take'] {
    return (step, known, store = service.deps.store) => service.take(step, known, change(store));
  }

  function withoutConditions(store: Store): Store {
    const PRESENT_OR_NOT = [{ pk: { present: true } as const }, { pk: { absent: true } as const }];
    return {
      ...store,
      commit: (writes) => store.commit(writes.map((write) => ({ ...write, if: PRESENT_OR_NOT }))),
    };
  }
});
