/** The store as the domain sees it: five tables of items, strongly consistent reads, conditional transactions. */

export type TableName = 'mounts' | 'access' | 'leases' | 'storage' | 'migrations';

export interface Key {
  pk: string;
  sk: string;
}

export interface Ref extends Key {
  table: TableName;
}

export type Item = Key & Record<string, unknown>;

/** An item and its table, which is not an attribute of the item. */
export type PlacedItem = Ref & Item;

/** What is stored of an item: its table is where it goes. */
export function attributesOf({ table: _, ...item }: PlacedItem): Item {
  return item as Item;
}

type Scalar = string | number | boolean;

/** The test of one attribute: the value that it must equal, or one of the named tests. */
export type AttributeTest =
  | Scalar
  | { absent: true }
  | { present: true }
  | { atMost: number }
  | { below: number }
  | { above: number };

/** What a write expects of the item at its key: every attribute named here passes its test. */
export type Expected = Record<string, AttributeTest>;

/** The condition of a write: one expectation, or several of which one must be met. */
export type Condition = Expected | Expected[];

/** There is no item at the key. */
export const ABSENT: Expected = { pk: { absent: true } };

/** There is an item at the key. */
export const PRESENT: Expected = { pk: { present: true } };

export interface Put {
  put: PlacedItem;
  if?: Condition;
}

export interface Update {
  update: Ref;
  set?: Record<string, unknown>;
  add?: Record<string, number>;
  remove?: string[];
  /** Mandatory: an update without a condition would create a deleted item again (architecture §3). */
  if: Condition;
}

export interface Delete {
  delete: Ref;
  if?: Condition;
}

export type Write = Put | Update | Delete;

/** The key of a write; in one transaction all keys are different. */
export function refOf(write: Write): Ref {
  if ('put' in write) return write.put;
  return 'update' in write ? write.update : write.delete;
}

export interface Range {
  table: TableName;
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
  /** The attributes to read besides the keys; without this, all. */
  attributes?: readonly string[];
  /** The sparse index of open work. It may lag, so the item itself is read before anything is done with it. */
  index?: 'open';
}

export interface Store {
  /** Reads one item, strongly consistent. */
  get(ref: Ref): Promise<Item | undefined>;
  /** Reads many items, each strongly consistent; the answers are in the order of the keys. */
  getMany(refs: Ref[]): Promise<(Item | undefined)[]>;
  /** Reads all items of a range, strongly consistent except for an index. */
  query(range: Range): Promise<Item[]>;
  /** The same, page by page, for ranges that may be long. */
  pages(range: Range): AsyncIterable<Item[]>;
  /**
   * Does all writes or none. Several writes are one transaction, of at most 100.
   * @throws ConditionFailed when a condition does not hold
   * @throws StoreBusy when conflicts with other transactions outlast the retries
   */
  commit(writes: Write[]): Promise<void>;
  /**
   * Does one conditional update.
   * @returns the item after it
   * @throws ConditionFailed, StoreBusy as `commit`
   */
  update(update: Update): Promise<Item>;
  /** Puts items, unconditionally and in no order; only for items that every writer would write alike. */
  putMany(puts: Put[]): Promise<void>;
  /** Deletes items, unconditionally and in no order; deleting an absent item is no error. */
  deleteMany(refs: Ref[]): Promise<void>;
}

/** A write whose condition failed: its key, and the item that was there, if there was one. */
export interface FailedWrite {
  ref: Ref;
  item: Item | undefined;
}

/** A condition of a commit failed, and nothing was written. Failed writes are identified by their keys. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
  readonly #failed: readonly FailedWrite[];

  constructor(failed: readonly FailedWrite[]) {
    super(`a condition failed in ${failed.map(({ ref }) => ref.table).join(', ')}`);
    this.#failed = failed;
  }

  /** Whether the condition of the write to this key failed. */
  failedAt(ref: Ref): boolean {
    return this.#at(ref) !== undefined;
  }

  /** The item at this key, if there was one and the condition of its write failed. */
  itemAt(ref: Ref): Item | undefined {
    return this.#at(ref)?.item;
  }

  #at({ table, pk, sk }: Ref): FailedWrite | undefined {
    return this.#failed.find(({ ref }) => ref.table === table && ref.pk === pk && ref.sk === sk);
  }
}

/** The store did not serve the call in time: conflicts or throttling outlasted the retries. */
export class StoreBusy extends Error {
  override readonly name = 'StoreBusy';
}
