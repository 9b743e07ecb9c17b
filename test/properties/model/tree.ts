/** The model's tree: which entry owns a path, what a new path collides with, and the steps that change the tree. */

import type { Alias, Mount, Space, State, Type } from './state.ts';
import type { Answered, Step } from './steps.ts';

export interface Found {
  space: Space;
  /** The rest of the path, relative to the namespace. */
  path: string;
  mount?: Mount;
  /** The alias that owns the path, in place of a mount. */
  alias?: Alias;
}

const DONE: Answered = { status: 200 };

/** Finds the innermost namespace of a path, and the mount there. */
export function locate(state: State, whole: string, start: Space = root(state)): Found {
  let found: Found = { space: start, path: whole };
  for (;;) {
    const { space, path } = found;
    const child = children(state, space).find((one) => `${path}/`.startsWith(nameOf(one, space)));
    if (!child || path === '') break;
    found = { space: child, path: path.slice(nameOf(child, space).length) };
  }
  const owns = (one: Mount | Alias) => one.space === found.space.serial && covers(one.path, found.path);
  const mount = state.mounts.find(owns);
  const alias = state.aliases.find(owns);
  return { ...found, ...(mount && { mount }), ...(alias && { alias }) };
}

/**
 * The path of the entry at, above or below a path.
 * @param mover the mount that is to come there: it may replace its own alias at exactly that path
 */
export function conflict(state: State, space: Space, path: string, mover?: Mount): string | undefined {
  const names = children(state, space).map((child) => nameOf(child, space));
  const aliases = state.aliases.filter((alias) => alias.path !== path || alias.mount !== mover?.serial);
  const entries = [...state.mounts, ...aliases].filter((entry) => entry.space === space.serial);
  const paths = entries.map((entry) => entry.path);
  return [...names, ...paths].find((entry) => entry.startsWith(path) || path.startsWith(entry));
}

/** The namespace of a request, or the refusal. */
export function enter(state: State, path: string): Space | Answered {
  const space = state.spaces.find((one) => one.path === path);
  return space ?? { status: 404 };
}

export function enable(state: State, step: Extract<Step, { do: 'enable' }>): Answered {
  const space = enter(state, step.in);
  if ('status' in space) return space;
  const path = `${step.path}/`;
  if (conflict(state, space, path)) return { status: 400 };
  state.mounts.push({
    serial: state.next++,
    space: space.serial,
    path,
    type: step.type,
    description: '',
    generation: 0,
    data: {},
  });
  return DONE;
}

export function disable(state: State, step: Extract<Step, { do: 'disable' }>): Answered {
  const space = enter(state, step.in);
  if ('status' in space) return space;
  const path = `${step.path}/`;
  const mount = mountAt(state, space, path);
  if (!mount && aliasAt(state, space, path)) return { status: 400 };
  state.mounts = state.mounts.filter((one) => one !== mount);
  state.aliases = state.aliases.filter((alias) => alias.mount !== mount?.serial);
  return DONE;
}

/** As in Vault, a path inside a mount tunes that mount. */
export function tune(state: State, step: Extract<Step, { do: 'tune' }>): Answered {
  const asked = enter(state, step.in);
  if ('status' in asked) return asked;
  const { space, mount } = locate(state, step.path, asked);
  if (!mount || space !== asked) return { status: 400 };
  mount.description = step.description;
  return DONE;
}

export function createNamespace(state: State, step: Extract<Step, { do: 'create namespace' }>): Answered {
  const space = enter(state, step.in);
  if ('status' in space) return space;
  const path = `${space.path}${step.name}/`;
  const known = state.spaces.find((one) => one.path === path);
  if (known) return DONE;
  if (conflict(state, space, `${step.name}/`)) return { status: 400 };
  state.spaces.push({ serial: state.next++, path });
  return DONE;
}

/** Its name is free at once; a new namespace of that name is another one. */
export function deleteNamespace(state: State, step: Extract<Step, { do: 'delete namespace' }>): Answered {
  const space = enter(state, step.in);
  if ('status' in space) return space;
  const known = state.spaces.find((one) => one.path === `${space.path}${step.name}/`);
  if (!known) return DONE;
  if (children(state, known).length > 0) return { status: 400 };
  state.mounts = state.mounts.filter((mount) => mount.space !== known.serial);
  state.spaces = state.spaces.filter((one) => one !== known);
  return DONE;
}

/**
 * Of what it removes, nothing was to be seen, except that an alias whose mount was in a deleted namespace is in the way until
 * then, and that a mount has an alias in a deleted namespace until then.
 */
export function clearAway(state: State): Answered {
  state.aliases = state.aliases.filter(
    ({ mount, space }) =>
      state.mounts.some(({ serial }) => serial === mount) &&
      state.spaces.some(({ serial }) => serial === space),
  );
  return DONE;
}

/** Ends the alias at exactly this path. */
export function endAlias(state: State, step: Extract<Step, { do: 'end alias' }>): Answered {
  const space = enter(state, step.in);
  if ('status' in space) return space;
  const ended = aliasAt(state, space, `${step.path}/`);
  if (!ended) return { status: 404 };
  state.aliases = state.aliases.filter((one) => one !== ended);
  return DONE;
}

/** Lists secrets engines, without the built-in ones. */
export function list(state: State, step: Extract<Step, { do: 'list' }>): Answered {
  const space = enter(state, step.in);
  if ('status' in space) return space;
  const paths = state.mounts.filter((mount) => mount.space === space.serial && !isAuth(mount.path));
  return { ...DONE, shown: paths.map(({ path }) => path).sort() };
}

export function mountAt(state: State, space: Space, path: string): Mount | undefined {
  return state.mounts.find((mount) => mount.space === space.serial && mount.path === path);
}

function aliasAt(state: State, space: Space, path: string): Alias | undefined {
  return state.aliases.find((alias) => alias.space === space.serial && alias.path === path);
}

export function isAuth(path: string): boolean {
  return path.startsWith('auth/');
}

export function isKv(type: Type): boolean {
  return type !== 'userpass';
}

function root(state: State): Space {
  return state.spaces[0] as Space;
}

function children(state: State, { path: above }: Space): Space[] {
  return state.spaces.filter(
    ({ path }) => path !== above && /^[^/]+\/$/.test(path.slice(above.length)) && path.startsWith(above),
  );
}

function nameOf(child: Space, parent: Space): string {
  return child.path.slice(parent.path.length);
}

function covers(entry: string, path: string): boolean {
  return `${path}/`.startsWith(entry);
}
