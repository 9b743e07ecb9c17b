/** A store whose calls wait to be released, so that a test decides in which order calls happen. */

import {
  type Range,
  type Ref,
  refOf,
  type Store,
  type TableName,
  type Write,
} from '../../functions/ports/store.ts';

/** What a call reads or writes: one item, or a whole partition without `sk`. */
interface Touch {
  table: TableName;
  pk: string;
  sk?: string;
  writes: boolean;
}

/** A call that waits to be released. */
export interface Waiting {
  /** The number of the operation, and of the call within it. */
  operation: number;
  call: number;
  /** For messages. */
  text: string;
  touches: Touch[];
}

interface Held extends Waiting {
  release(): Promise<void>;
  abandon(): void;
}

/** The error with which an operation ends when its schedule is abandoned. */
export class Abandoned extends Error {}

/** @returns the index of the call that is next, or nothing to abandon the schedule */
export type Choose = (waiting: Waiting[]) => number | undefined;

/**
 * Runs operations concurrently, one call to the store at a time. Operations affect each other only through the store.
 * @returns the result of each operation; nothing if the schedule was abandoned
 */
export async function runTogether<T>(
  store: Store,
  operations: ((store: Store) => Promise<T>)[],
  choose: Choose,
): Promise<T[] | undefined> {
  const held: Held[] = [];
  let isAbandoned = false;
  let running = operations.length;
  const isIdle = operations.map(() => false);
  const outcomes = operations.map(async (operation, i) => {
    try {
      return await operation(steppedStore(store, i, hold));
    } finally {
      running--;
      isIdle[i] = true;
    }
  });
  // Errors are thrown below. This keeps Node from treating them as unhandled until then.
  const ended = Promise.allSettled(outcomes);

  function hold(call: Held): void {
    if (isAbandoned) call.abandon();
    else held.push(call);
  }
  const isWaiting = (operation: number) =>
    isIdle[operation] || held.some((call) => call.operation === operation);

  for (;;) {
    do await new Promise(setImmediate);
    while (!operations.every((_, i) => isWaiting(i)));
    if (running === 0) break;
    held.sort((a, b) => a.operation - b.operation || a.call - b.call);
    const next = choose(held);
    if (next === undefined) {
      isAbandoned = true;
      for (const call of held.splice(0)) call.abandon();
      await ended;
      return undefined;
    }
    await held.splice(next, 1)[0]?.release();
  }
  return Promise.all(outcomes);
}

function steppedStore(store: Store, operation: number, hold: (call: Held) => void): Store {
  let calls = 0;
  const step = <T>(text: string, touches: Touch[], work: () => Promise<T>): Promise<T> => {
    return new Promise<T>((resolve, reject) => {
      const release = () => work().then(resolve, reject);
      hold({ operation, call: calls++, text, touches, release, abandon: () => reject(new Abandoned()) });
    });
  };
  const query: Store['query'] = (range) =>
    step(`query ${rangeText(range)}`, [whole(range)], () => store.query(range));
  return {
    get: (ref) => step(`get ${keyText(ref)}`, [read(ref)], () => store.get(ref)),
    getMany: async (refs) =>
      refs.length === 0
        ? []
        : step(`get ${refs.map(keyText).join(', ')}`, refs.map(read), () => store.getMany(refs)),
    query,
    // Everything that these tests store fits on one page.
    async *pages(range) {
      yield await query(range);
    },
    commit: (writes) =>
      step(`commit ${writes.map(writeText).join(', ')}`, writes.map(write), () => store.commit(writes)),
    update: (update) => step(`commit ${writeText(update)}`, [write(update)], () => store.update(update)),
    putMany: async (puts) => {
      const text = `put ${puts.map(writeText).join(', ')}`;
      if (puts.length > 0) await step(text, puts.map(write), () => store.putMany(puts));
    },
    deleteMany: async (refs) => {
      const touches = refs.map((ref) => ({ ...read(ref), writes: true }));
      if (refs.length > 0)
        await step(`delete ${refs.map(keyText).join(', ')}`, touches, () => store.deleteMany(refs));
    },
  };
}

/** Whether the order of two calls makes a difference. */
export function interfere(a: Pick<Waiting, 'touches'>, b: Pick<Waiting, 'touches'>): boolean {
  return a.touches.some((one) => b.touches.some((other) => (one.writes || other.writes) && meet(one, other)));
}

function meet(a: Touch, b: Touch): boolean {
  if (a.table !== b.table || a.pk !== b.pk) return false;
  return a.sk === undefined || b.sk === undefined || a.sk === b.sk;
}

function read({ table, pk, sk }: Ref): Touch {
  return { table, pk, sk, writes: false };
}

/** A query of a partition. No operation here queries an index, which would touch all partitions. */
function whole({ table, pk }: Range): Touch {
  return { table, pk, writes: false };
}

function write(of: Write): Touch {
  return { ...read(refOf(of)), writes: true };
}

function writeText(write: Write): string {
  const how = 'put' in write ? '+' : 'update' in write ? '~' : '-';
  return how + keyText(refOf(write));
}

function rangeText({ table, pk, atMost, prefix }: Range): string {
  return `${table}|${pk}|${prefix ?? ''}…${atMost ?? ''}`;
}

function keyText({ table, pk, sk }: Pick<Ref, 'table' | 'pk' | 'sk'>): string {
  return `${table}|${pk}|${sk}`;
}
