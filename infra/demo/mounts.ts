/** The mounts that the demo moves: their first and last place, the moves, and how to read their state. */

import type { Move } from './migration.ts';
import {
  type MountState,
  readApproleState,
  readKvState,
  readSshState,
  readUserpassState,
} from './mountState.ts';
import type { World } from './setUp.ts';
import type { Vault } from './vault.ts';

export interface Place {
  namespace: string;
  path: string;
}

export interface Moved {
  title: string;
  first: Place;
  last: Place;
  /** Each move with the namespace of its request. A request may name mounts in that namespace and below. */
  moves: readonly (Move & { askedIn: string })[];
  /** A path in the mount that can be read wherever the mount is. */
  probe: string;
  /** The values that are shown. All values are compared. */
  shown: readonly string[];
  readState(vault: Vault, path: string, world: World): Promise<MountState>;
}

export const MOUNTS: readonly Moved[] = [
  {
    title: 'kv, first within team-a, then to team-b',
    first: { namespace: 'team-a', path: 'apps' },
    last: { namespace: 'team-b', path: 'services' },
    moves: [
      { askedIn: 'team-a', from: 'apps', to: 'services' },
      { askedIn: '', from: 'team-a/services', to: 'team-b/services' },
    ],
    probe: 'data/billing/db',
    shown: [
      'accessor',
      'uuid',
      'description',
      'options',
      'current version',
      'version 1',
      'version 2',
      'version 3',
      'version 4',
      'custom metadata',
    ],
    readState: readKvState,
  },
  {
    title: 'ssh with its one-time passwords, to team-b',
    first: { namespace: 'team-a', path: 'ssh' },
    last: { namespace: 'team-b', path: 'access/ssh' },
    moves: [{ askedIn: '', from: 'team-a/ssh', to: 'team-b/access/ssh' }],
    probe: 'roles/web',
    shown: ['accessor', 'uuid', 'role web'],
    readState: readSshState,
  },
  {
    title: 'userpass with its tokens, down to team-a/dev',
    first: { namespace: 'team-a', path: 'auth/people' },
    last: { namespace: 'team-a/dev', path: 'auth/people' },
    moves: [{ askedIn: 'team-a', from: 'auth/people', to: 'dev/auth/people' }],
    probe: 'users/ada',
    shown: ['accessor', 'uuid', 'users'],
    readState: readUserpassState,
  },
  {
    title: 'approle with its secret-ids, within team-a',
    first: { namespace: 'team-a', path: 'auth/machines' },
    last: { namespace: 'team-a', path: 'auth/robots' },
    moves: [{ askedIn: 'team-a', from: 'auth/machines', to: 'auth/robots' }],
    probe: 'role/builder',
    shown: ['accessor', 'uuid', 'role-id', 'uses left'],
    readState: (vault, path, { secretIds }) =>
      readApproleState(
        vault,
        path,
        secretIds.map(({ accessor }) => accessor),
      ),
  },
];

/** Namespace and path in one. */
export function fullPath({ namespace, path }: Place): string {
  return `${namespace}/${path}/`;
}
