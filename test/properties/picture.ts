/**
 * What can be seen from outside, in one form for the model and for the stored tables, so that the two can be compared.
 *
 * Each mount has a name that stays with its uuid, accessor and settings when it is moved (R4). A mount without a name
 * yet is called `new`.
 */

import type { Stored, Tables } from '../support/tables.ts';
import { fullPath, type Migration, type State } from './model/state.ts';

export interface Picture {
  namespaces: string[];
  /** By their whole paths. */
  mounts: Record<
    string,
    { name: string; description: string; generation: number; data: Record<string, string> }
  >;
  /** By their whole paths, the mounts that answer there. */
  aliases: Record<string, string>;
  migrations: string[];
}

/** The names of mounts: by serial number for the model, by their constant attributes for the tables. */
export interface Names {
  serials: Set<number>;
  natures: Map<string, number>;
  /** The ids of the migrations, in the order of their numbers in the model. */
  migrations: string[];
}

export function noNames(): Names {
  return { serials: new Set(), natures: new Map(), migrations: [] };
}

export function pictureOf(state: State, { serials, migrations }: Names): Picture {
  const mounts = state.mounts.map(({ serial, description, generation, data, ...at }) => {
    const name = serials.has(serial) ? String(serial) : 'new';
    return [fullPath(state, at), { name, description, generation, data }] as const;
  });
  const nameOf = (mount: number) => {
    if (!state.mounts.some(({ serial }) => serial === mount)) return 'gone';
    return serials.has(mount) ? String(mount) : 'new';
  };
  const aliases = state.aliases
    .filter(({ space }) => state.spaces.some(({ serial }) => serial === space))
    .map(({ mount, ...at }) => [fullPath(state, at), nameOf(mount)]);
  return {
    namespaces: state.spaces.map(({ path }) => path).sort(),
    mounts: Object.fromEntries(mounts),
    aliases: Object.fromEntries(aliases),
    migrations: state.migrations.map((one, i) => line(i < migrations.length ? i : undefined, one)).sort(),
  };
}

export function pictureIn(tables: Tables, { natures, migrations }: Names): Picture {
  const paths = pathsIn(tables);
  const mounts = tables.mounts
    // What a deleted namespace had is in no namespace.
    .filter(({ kind, pk }) => kind === 'mount' && paths.has(pk))
    .map((mount) => {
      const name = String(natures.get(natureOf(mount)) ?? 'new');
      const { description, generation } = mount;
      const at = `${paths.get(mount.pk)}${mount.sk}`;
      return [at, { name, description, generation, data: dataOf(tables, mount.uuid) }] as const;
    });
  const aliases = tables.mounts
    .filter(({ kind, pk }) => kind === 'alias' && paths.has(pk))
    .map(({ pk, sk, mountUuid }) => {
      const mount = tables.mounts.find(({ kind, uuid }) => kind === 'mount' && uuid === mountUuid);
      const name = mount && paths.has(mount.pk) ? String(natures.get(natureOf(mount)) ?? 'new') : 'gone';
      return [`${paths.get(pk)}${sk}`, name];
    });
  const moves = tables.migrations.filter(({ kind }) => kind === 'migration');
  return {
    namespaces: [...paths.values()].sort(),
    mounts: Object.fromEntries(mounts),
    aliases: Object.fromEntries(aliases),
    migrations: moves.map((record) => recordLine(record, migrations)).sort(),
  };
}

/** Names the mounts that have the same path in the model and in the tables. */
export function learnNames(names: Names, state: State, tables: Tables): void {
  const paths = pathsIn(tables);
  for (const mount of state.mounts) {
    const stored = tables.mounts.find(
      ({ kind, pk, sk }) => kind === 'mount' && `${paths.get(pk)}${sk}` === fullPath(state, mount),
    );
    if (!stored || names.serials.has(mount.serial)) continue;
    names.serials.add(mount.serial);
    names.natures.set(natureOf(stored), mount.serial);
  }
}

/** The attributes of a mount that no move and no tuning changes. */
function natureOf(mount: Stored): string {
  const { pk, sk, generation, version, issued, movedBy, aliases, description, ...rest } = mount;
  return JSON.stringify(rest, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function dataOf({ storage }: Tables, uuid: string): Record<string, string> {
  const secrets = storage.filter(({ pk, sk }) => pk === uuid && sk.startsWith('data/'));
  return Object.fromEntries(secrets.map(({ sk, value }) => [sk.slice('data/'.length), JSON.parse(value).is]));
}

/** The namespaces by id, read from the entries in their parents. */
function pathsIn({ mounts }: Tables): Map<string, string> {
  const paths = new Map([['root', '']]);
  const entries = mounts.filter(({ kind }) => kind === 'namespace');
  for (let level = ['root']; level.length > 0; ) {
    const below = entries.filter(({ pk }) => level.includes(pk));
    for (const { pk, sk, id } of below) paths.set(id, `${paths.get(pk)}${sk}`);
    level = below.map(({ id }) => id);
  }
  return paths;
}

function line(number: number | undefined, { source, target, outcome, undoOf }: Migration): string {
  const what = undoOf === undefined ? 'move' : 'undo';
  return `${number ?? 'new'}: ${what} ${source.full} to ${target.full} ${outcome}`;
}

function recordLine({ pk, phase, status, error, source, target, undoOf }: Stored, known: string[]): string {
  const number = known.indexOf(pk);
  const outcome = status === 'failure' ? error.code : phase === 'accepted' ? 'open' : 'moved';
  const full = (place: typeof source) => place.namespacePath + place.path;
  const what = undoOf === undefined ? 'move' : 'undo';
  return `${number === -1 ? 'new' : number}: ${what} ${full(source)} to ${full(target)} ${outcome}`;
}
