/** The model's migrations: accepted, switched or failed, cancelled, undone. */

import type { Migration, Mount, Outcome, Place, Space, State } from './state.ts';
import type { Answered, Step } from './steps.ts';
import { conflict, enter, type Found, isAuth, locate, mountAt } from './tree.ts';

const REFUSED: Answered = { status: 400 };
const TOO_LATE: Answered = { status: 409 };

export function move(state: State, step: Extract<Step, { do: 'move' }>): Answered {
  const ends = findEnds(state, step);
  if ('status' in ends) return ends;
  const known = repeated(ends);
  if (known !== undefined) {
    const asksMore = step.leaves && !state.migrations[known]?.leaves;
    return asksMore ? REFUSED : { status: 200, migration: known };
  }
  const mount = movable(state, ends);
  if (!mount || (step.leaves && !mayLeave(state, mount, ends))) return REFUSED;
  const move = { mount, source: placeOf(ends.source), target: placeOf(ends.target) };
  return accept(state, move, step.leaves ? { leaves: true } : {});
}

/** Answers as a move would, and changes nothing. */
export function dryRun(state: State, step: Extract<Step, { do: 'dry run' }>): Answered {
  const ends = findEnds(state, step);
  if ('status' in ends) return ends;
  const isFine = repeated(ends) !== undefined || movable(state, ends) !== undefined;
  return isFine ? { status: 200 } : REFUSED;
}

/** The workflow. Only its switch can be seen. It does nothing for a migration that has ended. */
export function run(state: State, step: Extract<Step, { do: 'run' | 'switch' }>): Answered {
  const migration = state.migrations[step.migration] as Migration;
  if (migration.outcome !== 'open') return { status: 200 };
  const { source, target, only } = migration;
  const spaces = [source, target].map((place) => state.spaces.find(({ serial }) => serial === place.space));
  const mount = state.mounts.find(({ serial }) => serial === migration.mount);
  const isThere = mount?.space === source.space && mount.path === source.path;
  const why = ((): Outcome | undefined => {
    if (spaces.some((space) => !space)) return 'namespace_gone';
    if (!mount || !isThere || mount.generation !== (only ?? mount.generation)) return 'source_gone';
    return conflict(state, spaces[1] as Space, target.path, mount) === undefined
      ? undefined
      : 'target_in_use';
  })();
  migration.outcome = why ?? 'moved';
  if (why || !mount) return { status: 200 };
  state.aliases = state.aliases.filter(({ space, path }) => space !== target.space || path !== target.path);
  if (migration.leaves)
    state.aliases.push({ space: source.space, path: source.path, mount: mount.serial, by: step.migration });
  mount.moved = { by: step.migration, space: source.space, path: source.path };
  Object.assign(mount, { space: target.space, path: target.path, generation: mount.generation + 1 });
  migration.generation = mount.generation;
  return { status: 200 };
}

export function cancel(state: State, step: Extract<Step, { do: 'cancel' }>): Answered {
  const migration = state.migrations[step.migration] as Migration;
  if (migration.outcome === 'open') migration.outcome = 'cancelled';
  return migration.outcome === 'cancelled' ? { status: 200 } : TOO_LATE;
}

export function undo(state: State, step: Extract<Step, { do: 'undo' }>): Answered {
  const {
    outcome,
    source,
    target,
    mount: serial,
    generation,
  } = state.migrations[step.migration] as Migration;
  if (outcome !== 'moved') return TOO_LATE;
  const mount = state.mounts.find((one) => one.serial === serial);
  const isBack = mount?.space === source.space && mount.path === source.path;
  if (isBack && mount.moved && state.migrations[mount.moved.by]?.undoOf === step.migration) {
    return { status: 200, migration: mount.moved.by };
  }
  const from = locate(state, target.full.slice(0, -1));
  const isAsLeft = from.mount === mount && mount?.path === target.path && mount.generation === generation;
  if (!mount || !isAsLeft || mount.space !== target.space) return TOO_LATE;
  const to = locate(state, source.full.slice(0, -1));
  if (to.space.serial !== source.space) return REFUSED;
  if (conflict(state, to.space, source.path, mount) !== undefined) return REFUSED;
  if (isAuth(mount.path) && source.space !== mount.space && hasAlias(state, mount)) return REFUSED;
  const back = { mount, source: target, target: source };
  return accept(state, back, { only: mount.generation, undoOf: step.migration });
}

interface Ends {
  source: Found;
  target: Found;
}

function findEnds(
  state: State,
  { in: asked, from, to }: { in: string; from: string; to: string },
): Ends | Answered {
  const space = enter(state, asked);
  if ('status' in space) return space;
  return { source: locate(state, from, space), target: locate(state, to, space) };
}

/** The migration that made exactly this move: its client may repeat the request. */
function repeated({ source, target }: Ends): number | undefined {
  const { moved, path } = target.mount ?? {};
  const isSame =
    path === `${target.path}/` &&
    source.mount === undefined &&
    moved?.space === source.space.serial &&
    moved.path === `${source.path}/`;
  return isSame ? moved.by : undefined;
}

function movable(state: State, { source, target }: Ends): Mount | undefined {
  const mount = mountAt(state, source.space, `${source.path}/`);
  const isFree = target.path !== '' && conflict(state, target.space, `${target.path}/`, mount) === undefined;
  const isAllowed = isAuth(source.path) === isAuth(target.path);
  if (mount && isAuth(source.path) && source.space !== target.space && hasAlias(state, mount))
    return undefined;
  return isFree && isAllowed ? mount : undefined;
}

/** An auth method leaves an alias only in its own namespace, and a mount has at most four. */
function mayLeave(state: State, { serial }: Mount, { source, target }: Ends): boolean {
  const isHere = source.space === target.space || !isAuth(source.path);
  return isHere && state.aliases.filter(({ mount }) => mount === serial).length < 4;
}

function hasAlias(state: State, { serial }: Mount): boolean {
  return state.aliases.some(({ mount }) => mount === serial);
}

function placeOf({ space, path }: Found): Place {
  return { space: space.serial, path: `${path}/`, full: `${space.path}${path}/` };
}

/** Requests for the same move of a mount in the same generation get one migration, unless it has failed. */
function accept(
  state: State,
  { mount, source, target }: { mount: Mount; source: Place; target: Place },
  more: Pick<Migration, 'only' | 'undoOf' | 'leaves'> = {},
): Answered {
  const known = state.migrations.findIndex(
    (one) =>
      one.mount === mount.serial &&
      one.accepted === mount.generation &&
      one.target.space === target.space &&
      one.target.path === target.path &&
      (one.outcome === 'open' || one.outcome === 'moved'),
  );
  if (known !== -1) return { status: 200, migration: known };
  const order = { mount: mount.serial, source, target, accepted: mount.generation };
  state.migrations.push({ ...order, ...more, outcome: 'open' });
  return { status: 200, migration: state.migrations.length - 1 };
}
