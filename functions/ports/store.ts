/** The store as the domain sees it: five tables of items, strong reads, conditional writes, all-or-nothing commits. */

export type Table = 'mounts' | 'access' | 'leases' | 'storage' | 'migrations';

export interface Key {
  pk: string;
  sk: string;
}

export interface Ref extends Key {
  table: Table;
}

export type Item = Key & Record<string, unknown>;

/** An item together with the table it lies in, which is no attribute of it. */
export type PlacedItem = Ref & Item;

type Scalar = string | number | boolean;

/** What one attribute must satisfy: a value it equals, or one of the named tests. */
export type Test =
  | Scalar
  | { absent: true }
  | { present: true }
  | { atMost: number }
  | { below: number }
  | { above: number };

/** Every attribute named must pass its test. */
export type Match = Record<string, Test>;

/** A match, or several of which one must hold. */
export type Condition = Match | Match[];

/** No item sits at the key. */
export const ABSENT: Match = { pk: { absent: true } };

/** Some item sits at the key. */
export const PRESENT: Match = { pk: { present: true } };

export interface Put {
  put: PlacedItem;
  if?: Condition;
}

export interface Update {
  update: Ref;
  set?: Record<string, unknown>;
  add?: Record<string, number>;
  remove?: string[];
  /** Never optional: an update without a condition would bring a removed item back to life (architecture §3). */
  if: Condition;
}

export interface Delete {
  delete: Ref;
  if?: Condition;
}

export type Write = Put | Update | Delete;

/** Where a write goes; in one transaction each write has a place of its own. */
export function refOf(write: Write): Ref {
  if ('put' in write) return write.put;
  return 'update' in write ? write.update : write.delete;
}

export interface Range {
  table: Table;
  pk: string;
  /** Sort keys that begin with this. */
  prefix?: string;
  /** Sort keys up to and including this, in UTF-8 byte order. */
  atMost?: string | number;
  /** Sort keys after this one, whether or not it exists; with a `prefix` it begins with that. */
  after?: string;
  descending?: boolean;
  /** At most this many items. */
  limit?: number;
  /** The attributes that are wanted beside the keys, all without this: what else the items hold stays in the store. */
  attributes?: readonly string[];
  /** The sparse index of open work; what it shows may lag, so the item itself is read before acting on it. */
  index?: 'open';
}

export interface Store {
  /** A strong read of one item. */
  get(ref: Ref): Promise<Item | undefined>;
  /** Strong reads of many items, answers in the order asked. */
  getMany(refs: Ref[]): Promise<(Item | undefined)[]>;
  /** All items of a range, strongly read but for an index. */
  query(range: Range): Promise<Item[]>;
  /** The same, page by page, for ranges that may be long. */
  pages(range: Range): AsyncIterable<Item[]>;
  /**
   * Does all writes or none. One write goes out alone, more as one transaction (at most 100).
   * @throws ConditionFailed when a condition does not hold
   * @throws StoreBusy when other writers kept the items in conflict
   */
  commit(writes: Write[]): Promise<void>;
  /** One conditional update; answers the item as it is after it. */
  update(update: Update): Promise<Item>;
  /** Puts items without condition and without order: what is the same however often it is written. */
  putMany(puts: Put[]): Promise<void>;
  /** Deletes items without condition and without order; deleting what is gone is no error. */
  deleteMany(refs: Ref[]): Promise<void>;
}

/** A write whose condition did not hold: where it goes, and the item that was there, if there was one. */
export interface FailedWrite {
  ref: Ref;
  item: Item | undefined;
}

/** Conditions of a commit did not hold, and nothing of it was written. A failed write is known by where it goes. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
  readonly #failed: readonly FailedWrite[];

  constructor(failed: readonly FailedWrite[]) {
    super(`a condition failed in ${failed.map(({ ref }) => ref.table).join(', ')}`);
    this.#failed = failed;
  }

  /** Whether the condition of the write to this place was among those that failed. */
  failedAt(ref: Ref): boolean {
    return this.#at(ref) !== undefined;
  }

  /** The item that the condition of the write to this place failed on, if it failed and there was one. */
  itemAt(ref: Ref): Item | undefined {
    return this.#at(ref)?.item;
  }

  #at({ table, pk, sk }: Ref): FailedWrite | undefined {
    return this.#failed.find(({ ref }) => ref.table === table && ref.pk === pk && ref.sk === sk);
  }
}

/** The store could not serve the call in time: conflicts or throttling outlasted the retries. */
export class StoreBusy extends Error {
  override readonly name = 'StoreBusy';
}
