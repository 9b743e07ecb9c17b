/** Random steps, over so few paths that they often conflict. */

import fc from 'fast-check';
import { type State, spaceOf, type Type } from './model/state.ts';
import type { Step } from './model/steps.ts';

const namespace = fc.constantFrom('', '', 'n/', 'n/m/', 'o/');
const path = fc.constantFrom('a', 'a/b', 'a/b/c', 'b', 'n', 'n/a', 'm', 'm/a');
const authPath = fc.constantFrom('auth/u', 'auth/u/v', 'auth/w');
const anyPath = fc.oneof({ arbitrary: path, weight: 3 }, { arbitrary: authPath, weight: 1 });
const name = fc.constantFrom('n', 'm', 'o', 'a');
const secret = path.map((mount) => `${mount}/k`);
const value = fc.constantFrom('red', 'green', 'blue');
const secretType = fc.constantFrom('kv', 'leased');
/** A path from the root, in any namespace. */
const whole = fc.tuple(namespace, anyPath).map(([above, below]) => above + below);

/** Picks one of the existing migrations or credentials. */
const nth = fc.nat(9);

function step<const Do extends Step['do']>(
  what: Do,
  facts: { [Fact in Exclude<keyof Extract<Step, { do: Do }>, 'do'>]: fc.Arbitrary<unknown> },
): fc.Arbitrary<Step> {
  return fc.record({ do: fc.constant(what), ...facts }) as unknown as fc.Arbitrary<Step>;
}

const enabling = fc.oneof(
  { arbitrary: step('enable', { in: namespace, path, type: secretType }), weight: 3 },
  { arbitrary: step('enable', { in: namespace, path: authPath, type: fc.constant('userpass') }), weight: 1 },
);
const creating = step('create namespace', { in: namespace, name });
const stays = fc.constant(false);
const moving = fc.oneof(
  { arbitrary: step('move', { in: fc.constant(''), from: whole, to: whole, leaves: stays }), weight: 4 },
  { arbitrary: step('move', { in: namespace, from: anyPath, to: anyPath, leaves: stays }), weight: 1 },
  {
    arbitrary: step('move', { in: fc.constant(''), from: whole, to: whole, leaves: fc.constant(true) }),
    weight: 3,
  },
);

/** Steps that only call the store: they set up no engine and run no teardown. */
export const racingStep: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: step('enable', { in: namespace, path, type: secretType }), weight: 2 },
  { arbitrary: step('disable', { in: namespace, path: anyPath }), weight: 2 },
  { arbitrary: step('tune', { in: namespace, path: anyPath, description: value }), weight: 2 },
  { arbitrary: creating, weight: 1 },
  { arbitrary: step('delete namespace', { in: namespace, name }), weight: 1 },
  { arbitrary: moving, weight: 3 },
  { arbitrary: step('run', { migration: nth }), weight: 5 },
  { arbitrary: step('cancel', { migration: nth }), weight: 2 },
  { arbitrary: step('undo', { migration: nth }), weight: 2 },
  { arbitrary: step('write', { in: namespace, path: secret, value }), weight: 1 },
  { arbitrary: step('read', { in: namespace, path: secret }), weight: 3 },
  { arbitrary: step('end alias', { in: namespace, path: anyPath }), weight: 1 },
  { arbitrary: step('log in', { in: namespace, path: authPath }), weight: 2 },
  { arbitrary: step('revoke', { credential: nth }), weight: 1 },
  { arbitrary: step('list', { in: namespace }), weight: 1 },
);

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: racingStep, weight: 30 },
  { arbitrary: enabling, weight: 5 },
  { arbitrary: step('write', { in: namespace, path: secret, value }), weight: 3 },
  { arbitrary: creating, weight: 2 },
  { arbitrary: step('dry run', { in: fc.constant(''), from: whole, to: whole }), weight: 1 },
  { arbitrary: fc.constant<Step>({ do: 'clear away' }), weight: 1 },
);

/** A step, and the number of the mount it aims at. One in four has no aim. */
export interface AimedStep {
  step: Step;
  aim: number;
}

export function aimed(step: fc.Arbitrary<Step>): fc.Arbitrary<AimedStep> {
  return fc.record({ step, aim: fc.nat(39) });
}

/**
 * The step with numbers of existing migrations and credentials, and mostly with paths of existing mounts.
 * @returns nothing if no such migration or credential exists
 */
export function resolved({ step: asked, aim }: AimedStep, state: State): Step | undefined {
  const { migrations, credentials } = state;
  if ('migration' in asked) {
    const count = migrations.length;
    return count > 0 ? { ...asked, migration: count - 1 - (asked.migration % count) } : undefined;
  }
  if ('credential' in asked) {
    const count = credentials.length;
    return count > 0 ? { ...asked, credential: count - 1 - (asked.credential % count) } : undefined;
  }
  if (aim % 4 === 0) return asked;
  if (asked.do === 'enable' || asked.do === 'create namespace')
    return { ...asked, in: spaceNear(asked.in, state) };
  return atMount(asked, aim, state);
}

/** The namespace, or its nearest existing parent. */
function spaceNear(path: string, { spaces }: State): string {
  const near = spaces.filter((space) => path.startsWith(space.path)).map((space) => space.path);
  return near.sort((a, b) => b.length - a.length)[0] ?? '';
}

function atMount(asked: Step, aim: number, state: State): Step {
  const places = placesFor(asked.do, state);
  const place = places[aim % Math.max(1, places.length)];
  if (!place) return asked;
  const path = place.path.slice(0, -1);
  const space = spaceOf(state, place).path;
  if ('from' in asked) {
    const isAuth = path.startsWith('auth/');
    const to = isAuth === asked.to.includes('auth/') ? asked.to : `${isAuth ? 'auth/' : ''}${space || 'b'}`;
    return { ...asked, in: '', from: space + path, to: to.replace(/\/$/, '') };
  }
  if (asked.do === 'write' || asked.do === 'read') return { ...asked, in: space, path: `${path}/k` };
  return { ...asked, in: space, path } as Step;
}

/** Where a step has something to do: at mounts of fitting types, and at their aliases if they serve the step. */
function placesFor(what: Step['do'], { mounts, aliases, spaces }: State): { space: number; path: string }[] {
  const reachable = aliases.filter(({ space }) => spaces.some(({ serial }) => serial === space));
  if (what === 'end alias') return reachable;
  const fitting = mounts.filter(({ type }) => FITTING[what]?.includes(type));
  if (!AT_ALIASES.has(what)) return fitting;
  return [...fitting, ...reachable.filter(({ mount }) => fitting.some(({ serial }) => serial === mount))];
}

const AT_ALIASES = new Set<Step['do']>(['write', 'read', 'log in', 'move']);

const FITTING: Partial<Record<Step['do'], Type[]>> = {
  disable: ['kv', 'leased', 'userpass'],
  tune: ['kv', 'leased', 'userpass'],
  move: ['kv', 'leased', 'userpass'],
  'dry run': ['kv', 'leased', 'userpass'],
  write: ['kv', 'leased'],
  read: ['kv', 'leased'],
  'log in': ['userpass'],
};

/** Steps that a run may begin with, so that there are mounts to move. */
export const FIRST_STEPS: Step[] = [
  { do: 'create namespace', in: '', name: 'n' },
  { do: 'create namespace', in: 'n/', name: 'm' },
  { do: 'enable', in: '', path: 'a/b', type: 'kv' },
  { do: 'write', in: '', path: 'a/b/k', value: 'red' },
  { do: 'enable', in: 'n/', path: 'b', type: 'leased' },
  { do: 'write', in: 'n/', path: 'b/k', value: 'green' },
  { do: 'read', in: 'n/', path: 'b/k' },
  { do: 'enable', in: '', path: 'auth/u', type: 'userpass' },
  { do: 'log in', in: '', path: 'auth/u' },
];
