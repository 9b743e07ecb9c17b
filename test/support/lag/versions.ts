/** Which items are in the middle of a transaction, their old versions, and how long these are still shown. */

import { type ItemKey, nameOf, type WireItem } from './wire.ts';

/** An old version that is shown for a while. Without `item` the item did not exist. */
export interface OldVersion {
  key: ItemKey;
  item: WireItem | undefined;
  /** From this time on, reads of many items may show the new version, in milliseconds of `performance.now()`. */
  until: number;
}

export interface Versions {
  /** Reserves these items until `release`. @returns false if another write has one of them */
  take(keys: ItemKey[]): boolean;
  /** As `take`, for a write of a single item: such writes do not block each other. */
  takeSingly(key: ItemKey): boolean;
  release(keys: ItemKey[]): void;
  /** Shows these old versions from now on, to reads of single items until `forget`. */
  show(versions: OldVersion[]): void;
  forget(versions: OldVersion[]): void;
  /** The old version of an item in the middle of a transaction. */
  of(key: ItemKey): OldVersion | undefined;
  /** The old versions of a table that reads of many items still see. */
  late(table: string): OldVersion[];
}

export function createVersions(): Versions {
  const transactions = new Set<string>();
  const singles = new Map<string, number>();
  const shown = new Map<string, OldVersion>();

  function dropSingle(name: string): void {
    const left = (singles.get(name) ?? 1) - 1;
    if (left > 0) singles.set(name, left);
    else singles.delete(name);
  }

  return {
    take(keys) {
      const names = keys.map(nameOf);
      if (names.some((name) => transactions.has(name) || singles.has(name))) return false;
      for (const name of names) transactions.add(name);
      return true;
    },
    takeSingly(key) {
      const name = nameOf(key);
      if (transactions.has(name)) return false;
      singles.set(name, (singles.get(name) ?? 0) + 1);
      return true;
    },
    release(keys) {
      for (const name of keys.map(nameOf)) {
        if (!transactions.delete(name)) dropSingle(name);
      }
    },
    show(versions) {
      for (const version of versions) shown.set(nameOf(version.key), version);
    },
    forget(versions) {
      for (const version of versions) {
        if (shown.get(nameOf(version.key)) === version) shown.delete(nameOf(version.key));
      }
    },
    of: (key) => shown.get(nameOf(key)),
    late: (table) =>
      [...shown.values()].filter(({ key, until }) => key.table === table && performance.now() < until),
  };
}
