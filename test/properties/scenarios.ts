/** Pairs and small groups of steps that can conflict, and the steps before them. */

import type { Type } from './model/state.ts';
import type { Step } from './model/steps.ts';

export interface Scenario {
  title: string;
  before: Step[];
  together: Step[];
  /** The most context switches between operations. Without it there is no bound. */
  switches?: number;
  /** The most schedules that `npm run test:deep` runs; ten without it. */
  most?: number;
}

const enable = (path: string, type: Type = 'kv', at = ''): Step => ({ do: 'enable', in: at, path, type });
const move = (from: string, to: string): Step => ({ do: 'move', in: '', from, to });
const put = (path: string): Step => ({ do: 'write', in: '', path: `${path}/k`, value: 'red' });
const get = (path: string): Step => ({ do: 'read', in: '', path: `${path}/k` });
const tune = (path: string): Step => ({ do: 'tune', in: '', path, description: 'tuned' });
const disable = (path: string): Step => ({ do: 'disable', in: '', path });
const logIn = (path: string): Step => ({ do: 'log in', in: '', path });
const create = (name: string, at = ''): Step => ({ do: 'create namespace', in: at, name });
const remove = (name: string, at = ''): Step => ({ do: 'delete namespace', in: at, name });
const change = (migration: number): Step => ({ do: 'switch', migration });
const run = (migration: number): Step => ({ do: 'run', migration });
const cancel = (migration: number): Step => ({ do: 'cancel', migration });
const leave = (from: string, to: string): Step => ({ do: 'move', in: '', from, to, leaves: true });
const end = (path: string, at = ''): Step => ({ do: 'end alias', in: at, path });
const undo = (migration: number): Step => ({ do: 'undo', migration });

const oneMove = [enable('a'), put('a'), move('a', 'c')];
const leased = [enable('a', 'leased'), put('a'), get('a'), move('a', 'c')];
const users = [enable('auth/u', 'userpass'), logIn('auth/u'), move('auth/u', 'auth/w')];
/** Leaves two open migrations: a move of the first mount away from its path (3), and one of the second to that path (1). */
const intoVacatedPath = (path: string, second: string, away: string): Step[] => [
  move(path, away),
  run(0),
  move(second, path),
  undo(0),
  run(2),
  move(path, away),
];
const twoUsers = [
  enable('auth/u', 'userpass'),
  enable('auth/v', 'userpass'),
  ...intoVacatedPath('auth/u', 'auth/v', 'auth/w'),
];
const twoMounts = [enable('a', 'leased'), put('a'), enable('b', 'leased'), ...intoVacatedPath('a', 'b', 'c')];
const intoNamespace = [create('n'), enable('a'), put('a'), move('a', 'n/a')];
const outOfNamespace = [create('n'), enable('a', 'kv', 'n/'), move('n/a', 'c')];

/** A mount at `b` with an alias at `a`, and an open migration (1). */
const aliased = [enable('a', 'leased'), put('a'), leave('a', 'b'), run(0), move('b', 'c')];
/** A mount in a namespace, with an alias in the root namespace. */
const acrossNamespaces = [create('n'), enable('a', 'leased'), put('a'), leave('a', 'n/a'), run(0)];

/** `npm run test:deep` runs every order of their calls that makes a difference. */
export const SMALL: Scenario[] = [
  {
    title: 'two switches to one target',
    before: [...oneMove, enable('b'), move('b', 'c')],
    together: [change(0), change(1)],
  },
  {
    title: 'two switches of one mount',
    before: [...oneMove, move('a', 'd')],
    together: [change(0), change(1)],
  },
  { title: 'the same switch twice', before: leased, together: [change(0), change(0)] },
  { title: 'a switch and a mount at its target', before: oneMove, together: [change(0), enable('c')] },
  { title: 'a switch and a mount below its target', before: oneMove, together: [change(0), enable('c/d')] },
  { title: 'a switch and a namespace at its target', before: oneMove, together: [change(0), create('c')] },
  { title: 'a switch and a mount at its source', before: oneMove, together: [change(0), enable('a')] },
  { title: 'a switch and the disabling of its source', before: leased, together: [change(0), disable('a')] },
  { title: 'a switch and a tuning of its source', before: oneMove, together: [change(0), tune('a')] },
  { title: 'a switch and a tuning at its target', before: oneMove, together: [change(0), tune('c')] },
  { title: 'a switch and a lease', before: leased, together: [change(0), get('a')] },
  {
    title: 'a switch and the first lease',
    before: [enable('a', 'leased'), put('a'), move('a', 'c')],
    together: [change(0), get('a')],
  },
  {
    title: 'a switch that follows an unrevoked one, and a lease',
    before: [...leased, change(0), move('c', 'd')],
    together: [change(1), get('c')],
  },
  { title: 'a switch and a lease at its target', before: leased, together: [change(0), get('c')] },
  { title: 'a switch and a login', before: users, together: [change(0), logIn('auth/u')] },
  {
    title: 'a login and the disabling of its auth method',
    before: users,
    together: [logIn('auth/u'), disable('auth/u')],
  },
  {
    title: 'a switch and a revocation',
    before: leased,
    together: [change(0), { do: 'revoke', credential: 0 }],
  },
  { title: 'a switch and a read', before: oneMove, together: [change(0), get('a')] },
  { title: 'a switch and a write', before: oneMove, together: [change(0), put('a')] },
  { title: 'a switch and a listing', before: oneMove, together: [change(0), { do: 'list', in: '' }] },
  { title: 'a switch and a cancellation', before: leased, together: [change(0), cancel(0)] },
  {
    title: 'the same acceptance twice',
    before: oneMove.slice(0, 2),
    together: [move('a', 'c'), move('a', 'c')],
  },
  { title: 'a repeated acceptance and the switch', before: oneMove, together: [move('a', 'c'), change(0)] },
  {
    title: 'a repeated acceptance and the cancellation',
    before: oneMove,
    together: [move('a', 'c'), cancel(0)],
  },
  {
    title: 'an acceptance and another switch of the mount',
    before: oneMove,
    together: [move('a', 'd'), change(0)],
  },
  {
    title: 'an acceptance above the source and another switch of the mount',
    before: [enable('a/c'), move('a/c', 'd')],
    together: [move('a/c', 'a'), change(0)],
  },
  {
    title: 'an acceptance below the source and another switch of the mount',
    before: oneMove,
    together: [move('a', 'a/b'), change(0)],
  },
  {
    title: 'an acceptance and the disabling of its source',
    before: [enable('a')],
    together: [move('a', 'c'), disable('a')],
  },
  { title: 'an undo and a move', before: [...oneMove, run(0)], together: [undo(0), move('c', 'd')] },
  { title: 'the same undo twice', before: [...oneMove, run(0)], together: [undo(0), undo(0)] },
  {
    title: 'the switch of an undo and that of a move',
    before: [...oneMove, run(0), undo(0), move('c', 'd')],
    together: [change(1), change(2)],
  },
  {
    title: 'an undo and a mount at the old path',
    before: [...oneMove, run(0)],
    together: [undo(0), enable('a/b')],
  },
  {
    title: 'a switch into a namespace and its deletion',
    before: intoNamespace,
    together: [change(0), remove('n')],
  },
  {
    title: 'a deletion of a namespace and another of its name',
    before: intoNamespace,
    together: [remove('n'), create('n')],
  },
  {
    title: 'a switch out of a namespace and its deletion',
    before: outOfNamespace,
    together: [change(0), remove('n')],
  },
  {
    title: 'an acceptance into a namespace and its deletion',
    before: intoNamespace.slice(0, 3),
    together: [move('a', 'n/a'), remove('n')],
  },
  {
    title: 'two moves below one fork',
    before: [enable('a/x'), enable('a/y'), move('a/x', 'd/x'), move('a/y', 'd/y')],
    together: [change(0), change(1)],
  },
  {
    title: 'a move out of a fork and a mount in its place',
    before: [enable('a/x'), move('a/x', 'd')],
    together: [change(0), enable('a')],
  },
  { title: 'a mount and one below it', before: [], together: [enable('a'), enable('a/b')] },
  { title: 'a mount twice', before: [], together: [enable('a'), enable('a')] },
  { title: 'a mount disabled twice', before: leased, together: [disable('a'), disable('a')] },
  {
    title: 'two mounts of one fork disabled',
    before: [enable('a/x'), enable('a/y')],
    together: [disable('a/x'), disable('a/y')],
  },
  { title: 'a namespace and a mount in its place', before: [], together: [create('n'), enable('n/a')] },
  {
    title: 'a switch that leaves an alias and a read there',
    before: [enable('a'), put('a'), leave('a', 'b')],
    together: [change(0), get('a')],
  },
  {
    title: 'a switch that leaves an alias and a lease there',
    before: [enable('a', 'leased'), put('a'), get('a'), leave('a', 'b')],
    together: [change(0), get('a')],
  },
  {
    title: 'a switch that leaves an alias and a mount below it',
    before: [enable('a'), leave('a', 'b')],
    together: [change(0), enable('a/b')],
  },
  {
    title: 'a switch that leaves an alias for logins and a login',
    before: [enable('auth/u', 'userpass'), logIn('auth/u'), leave('auth/u', 'auth/w')],
    together: [change(0), logIn('auth/u')],
  },
  {
    title: 'a switch of a mount with an alias and a read there',
    before: aliased,
    together: [change(1), get('a')],
  },
  {
    title: 'a switch of a mount with an alias and its end',
    before: aliased,
    together: [change(1), end('a')],
  },
  {
    title: 'a switch of a mount to its own alias and the end of that',
    before: [...aliased.slice(0, 4), move('b', 'a')],
    together: [change(1), end('a')],
  },
  {
    title: 'the end of an alias and the disabling of its mount',
    before: aliased,
    together: [end('a'), disable('b')],
  },
  {
    title: 'the end of an alias and a mount in its place',
    before: aliased,
    together: [end('a'), enable('a')],
  },
  {
    title: 'the end of an alias and a tuning of its mount',
    before: aliased,
    together: [end('a'), tune('b')],
  },
  { title: 'the end of an alias twice', before: aliased, together: [end('a'), end('a')] },
  {
    title: 'an undo and the end of the alias at its target',
    before: [...aliased.slice(0, 4), undo(0)],
    together: [change(1), end('a')],
  },
  {
    title: 'a lease at an alias in another namespace and its end',
    before: acrossNamespaces,
    together: [get('a'), end('a')],
  },
  {
    title: 'a lease at an alias and the deletion of the namespace of its mount',
    before: acrossNamespaces,
    together: [get('a'), remove('n')],
  },
  {
    title: 'a namespace and its deletion',
    before: [create('n')],
    together: [create('m', 'n/'), remove('n')],
  },
];

/** `npm run test:deep` runs the first orders of their calls with few context switches. */
export const GROUPS: Scenario[] = [
  {
    title: 'a first login, a switch and another to the vacated path',
    before: twoUsers,
    together: [logIn('auth/u'), change(3), change(1)],
    switches: 1,
  },
  {
    title: 'a tuning, a switch and another to the vacated path',
    before: twoMounts,
    together: [tune('a'), change(3), change(1)],
    switches: 1,
    most: 60,
  },
  {
    title: 'a disabling, a switch and another to the vacated path',
    before: twoMounts,
    together: [disable('a'), change(3), change(1)],
    switches: 1,
    most: 60,
  },
  {
    title: 'a switch, a tuning and the first lease',
    before: [enable('a', 'leased'), put('a'), move('a', 'c')],
    together: [change(0), tune('a'), get('a')],
    switches: 2,
  },
  {
    title: 'two switches to one target and a mount there',
    before: [...oneMove, enable('b'), move('b', 'c')],
    together: [change(0), change(1), enable('c')],
    switches: 3,
  },
  {
    title: 'a switch, a tuning and a cancellation',
    before: oneMove,
    together: [change(0), tune('a'), cancel(0)],
    switches: 3,
  },
  {
    title: 'a switch, a lease and the disabling of the source',
    before: leased,
    together: [change(0), get('a'), disable('a')],
    switches: 2,
  },
  {
    title: 'a switch away, a switch back and a login',
    before: [...users, run(0), undo(0), logIn('auth/w')],
    together: [change(1), change(0), logIn('auth/w')],
    switches: 2,
  },
  {
    title: 'a whole move and a lease',
    before: leased,
    together: [run(0), get('a')],
    switches: 2,
  },
  {
    title: 'four moves below one fork',
    before: [
      ...['w', 'x', 'y', 'z'].map((name) => enable(`a/${name}`)),
      ...['w', 'x', 'y', 'z'].map((name) => move(`a/${name}`, `d/${name}`)),
    ],
    together: [change(0), change(1), change(2), change(3)],
    switches: 2,
  },
  {
    title: 'two switches into a namespace and its deletion',
    before: [...intoNamespace, enable('b'), move('b', 'n/b')],
    together: [change(0), change(1), remove('n')],
    switches: 3,
  },
  {
    title: 'a switch into a namespace, its deletion and another of its name',
    before: intoNamespace,
    together: [change(0), remove('n'), create('n')],
    switches: 3,
    most: 60,
  },
];
