import {
  type BatchGetItemCommandOutput,
  type BatchWriteItemCommandInput,
  InternalServerError,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, ConditionFailed, type Item, PRESENT, StoreBusy } from '../../functions/ports/store.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;
let partition = 0;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());
afterEach(() => {
  deps.client.middlewareStack.remove('fault');
});

type Fault = (command: string, send: () => Promise<unknown>, input: unknown) => Promise<unknown>;

/** Adds faults to the calls of the store that DynamoDB has under load, and the emulator never. */
function inject(fault: Fault): void {
  deps.client.middlewareStack.add(
    (next, context) => async (args) =>
      (await fault(String(context.commandName), () => next(args), args.input)) as Awaited<
        ReturnType<typeof next>
      >,
    { step: 'initialize', name: 'fault' },
  );
}

function items(count: number): Item[] {
  const pk = `p${partition++}`;
  return Array.from({ length: count }, (_, i) => ({ pk, sk: `s${String(i).padStart(4, '0')}`, n: i }));
}

async function put(list: Item[]): Promise<void> {
  for (const item of list) await deps.store.commit([{ put: { table: 'storage', ...item } }]);
}

describe('reading', () => {
  it('returns many items in the requested order, with duplicates and missing ones', async () => {
    const [a, b] = items(2) as [Item, Item];
    await put([a, b]);
    const ref = (item: Item) => ({ table: 'storage' as const, pk: item.pk, sk: item.sk });
    const found = await deps.store.getMany([
      ref(b),
      { table: 'storage', pk: a.pk, sk: 'none' },
      ref(a),
      ref(b),
    ]);
    expect(found).toEqual([b, undefined, a, b]);
  });

  it('requests unprocessed keys again, and never treats them as absent', async () => {
    const list = items(30);
    await put(list);
    let answers = 0;
    inject(async (command, send, input) => {
      if (command !== 'BatchGetItemCommand' || ++answers > 3) return send();
      const { RequestItems } = input as { RequestItems: Record<string, unknown> };
      const output: Partial<BatchGetItemCommandOutput> = {
        Responses: {},
        UnprocessedKeys: RequestItems as never,
      };
      return { output, response: {} };
    });
    const refs = list.map(({ pk, sk }) => ({ table: 'storage' as const, pk, sk }));
    expect(await deps.store.getMany(refs)).toEqual(list);
    expect(answers).toBe(4);
  });

  it('gives up as busy when keys stay unprocessed', async () => {
    inject(async (command, send, input) => {
      if (command !== 'BatchGetItemCommand') return send();
      const { RequestItems } = input as { RequestItems: Record<string, unknown> };
      return { output: { Responses: {}, UnprocessedKeys: RequestItems }, response: {} };
    });
    await expect(deps.store.getMany([{ table: 'storage', pk: 'x', sk: 'y' }])).rejects.toThrow(StoreBusy);
  });

  it('pages through a range, up to its limit, in both directions', async () => {
    const list = items(60);
    await put(list);
    const range = { table: 'storage', pk: list[0]?.pk ?? '' } as const;
    expect(await deps.store.query({ ...range, limit: 7 })).toEqual(list.slice(0, 7));
    expect(await deps.store.query({ ...range, atMost: 's0010', descending: true, limit: 1 })).toEqual([
      list[10],
    ]);
    expect(await deps.store.query({ ...range, after: 's0057' })).toEqual(list.slice(58));
    expect(await deps.store.query({ ...range, prefix: 's003' })).toEqual(list.slice(30, 40));
    expect(await deps.store.query({ ...range, prefix: '' })).toEqual(list);
  });
});

describe('writing', () => {
  it('commits a transaction completely or not at all, and reports which condition failed on which item', async () => {
    const [present, absent] = items(2) as [Item, Item];
    await put([present]);
    const puts = [
      { table: 'storage' as const, ...absent },
      { table: 'access' as const, ...present },
      { table: 'storage' as const, ...present },
    ];
    const commit = deps.store.commit(puts.map((put) => ({ put, if: ABSENT })));
    const error = await commit.catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ConditionFailed);
    expect(puts.map((put) => error.failedAt(put))).toEqual([false, false, true]);
    expect(puts.map((put) => error.itemAt(put))).toEqual([undefined, undefined, present]);
    expect(await deps.store.get({ table: 'storage', pk: absent.pk, sk: absent.sk })).toBeUndefined();
  });

  it('never recreates a removed item by an update', async () => {
    const [{ pk, sk }] = items(1) as [Item];
    const update = { update: { table: 'storage', pk, sk }, set: { n: 1 }, if: PRESENT } as const;
    await expect(deps.store.commit([update])).rejects.toThrow(ConditionFailed);
  });

  it('says of a write that goes out alone which item its condition failed on', async () => {
    const [item] = items(1) as [Item];
    const put = { table: 'storage' as const, ...item };
    const failure = () => deps.store.commit([{ put, if: { n: 'another' } }]).catch((thrown) => thrown);
    const nothing = await failure();
    expect([nothing.failedAt(put), nothing.itemAt(put)]).toEqual([true, undefined]);
    await deps.store.commit([{ put }]);
    expect((await failure()).itemAt(put)).toEqual(item);
  });

  it('evaluates any of several conditions', async () => {
    const [item] = items(1) as [Item];
    const free = [ABSENT, { n: { atMost: 0 } }];
    await deps.store.commit([{ put: { table: 'storage', ...item }, if: free }]);
    await deps.store.commit([{ put: { table: 'storage', ...item, n: 5 }, if: free }]);
    await expect(deps.store.commit([{ put: { table: 'storage', ...item }, if: free }])).rejects.toThrow(
      ConditionFailed,
    );
  });

  it.each([
    [
      'a conflict with a transaction',
      new TransactionConflictException({ message: 'conflict', $metadata: {} }),
    ],
    [
      'a cancelled transaction',
      new TransactionCanceledException({
        message: 'cancelled',
        $metadata: {},
        CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
      }),
    ],
    ['throttling', new ProvisionedThroughputExceededException({ message: 'slow down', $metadata: {} })],
  ])('is retried after %s', async (_, fault) => {
    const [item] = items(1) as [Item];
    let faults = 3;
    inject(async (_command, send) => {
      if (faults-- > 0) throw fault;
      return send();
    });
    await deps.store.commit([{ put: { table: 'storage', ...item } }]);
    expect(await deps.store.get({ table: 'storage', pk: item.pk, sk: item.sk })).toEqual(item);
  });

  it('is recognised as done when its answer was lost and the retry met a conflict', async () => {
    const list = items(2);
    let sent = 0;
    inject(async (_command, send) => {
      if (sent++ > 0) return send();
      await send();
      throw new TransactionConflictException({ message: 'conflict', $metadata: {} });
    });
    await deps.store.commit(list.map((item) => ({ put: { table: 'storage', ...item }, if: ABSENT })));
    expect(sent).toBe(2);
    expect(await deps.store.query({ table: 'storage', pk: list[0]?.pk ?? '' })).toEqual(list);
  });

  it('gives up as busy when the conflict lasts', async () => {
    inject(async () => {
      throw new TransactionConflictException({ message: 'conflict', $metadata: {} });
    });
    const [item] = items(1) as [Item];
    await expect(deps.store.commit([{ put: { table: 'storage', ...item } }])).rejects.toThrow(StoreBusy);
  });

  it.each([
    ['DynamoDB is in trouble', new InternalServerError({ message: 'trouble', $metadata: {} })],
    [
      'its first try is still in progress',
      new TransactionInProgressException({ Message: 'on', message: 'on', $metadata: {} }),
    ],
  ])('gives up as busy when %s', async (_, error) => {
    inject(async () => {
      throw error;
    });
    const [one, other] = items(2) as [Item, Item];
    const puts = [one, other].map((item) => ({ put: { table: 'storage' as const, ...item } }));
    await expect(deps.store.commit(puts)).rejects.toThrow(StoreBusy);
  });

  it('puts unprocessed items of a batch again, and of two items with the same key only the last', async () => {
    const list = items(40);
    let left = 3;
    inject(async (command, send, input) => {
      if (command !== 'BatchWriteItemCommand' || left-- <= 0) return send();
      const { RequestItems } = input as BatchWriteItemCommandInput;
      return { output: { UnprocessedItems: RequestItems }, response: {} };
    });
    const first = { ...(list[0] as Item), overwritten: true };
    await deps.store.putMany([first, ...list].map((item) => ({ put: { table: 'storage', ...item } })));
    expect(await deps.store.query({ table: 'storage', pk: list[0]?.pk ?? '' })).toEqual(list);
  });

  it('sends batches of one table each', async () => {
    const list = items(3);
    const tables: string[][] = [];
    inject(async (command, send, input) => {
      if (command === 'BatchWriteItemCommand')
        tables.push(Object.keys((input as BatchWriteItemCommandInput).RequestItems ?? {}));
      return send();
    });
    const everywhere = list.flatMap((item) =>
      (['storage', 'access'] as const).map((table) => ({ table, ...item })),
    );
    await deps.store.putMany(everywhere.map((item) => ({ put: item })));
    await deps.store.deleteMany(everywhere);
    expect(tables.map((names) => names.length)).toEqual([1, 1, 1, 1]);
    expect(await deps.store.getMany(everywhere)).toEqual(everywhere.map(() => undefined));
  });

  it('deletes unprocessed items of a batch again', async () => {
    const list = items(40);
    await put(list);
    let left = 2;
    inject(async (command, send, input) => {
      if (command !== 'BatchWriteItemCommand' || left-- <= 0) return send();
      const { RequestItems } = input as BatchWriteItemCommandInput;
      return { output: { UnprocessedItems: RequestItems }, response: {} };
    });
    await deps.store.deleteMany(list.map(({ pk, sk }) => ({ table: 'storage', pk, sk })));
    expect(await deps.store.query({ table: 'storage', pk: list[0]?.pk ?? '' })).toEqual([]);
  });
});
