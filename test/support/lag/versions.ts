/** Which items are in the middle of a transaction, what they were before it, and until when that is still shown. */

import { type ItemKey, nameOf, type WireItem } from './wire.ts';

/** An item whose old version is shown for a while; without `item` there was none. */
export interface OldVersion {
  key: ItemKey;
  item: WireItem | undefined;
  /** From then on whoever reads many items at once may see the new version, in milliseconds of `performance.now()`. */
  until: number;
}

export interface Versions {
  /** Whether nobody is writing these items. Then they are taken, until `release`. */
  take(keys: ItemKey[]): boolean;
  /** As `take`, for writes of single items: these do not keep one another out. */
  takeSingly(key: ItemKey): boolean;
  release(keys: ItemKey[]): void;
  /** Shows old versions from now on, to readers of single items until `forget`. */
  show(versions: OldVersion[]): void;
  forget(versions: OldVersion[]): void;
  /** The old version of an item in the middle of a transaction. */
  of(key: ItemKey): OldVersion | undefined;
  /** Those of a table that readers of many items still see. */
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
