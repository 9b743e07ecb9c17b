/** The users that auth methods have locked after bad passwords: which they are, and how to unlock one (contract §8.3). */

import { type Call, type Reply, type Route, route } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { listMounts } from '../tree/findMount.ts';
import { listDescendants } from '../tree/findNamespace.ts';
import { mountTypeNamed } from '../tree/mountType.ts';
import { isUnlocked, type Namespace } from '../tree/namespace.ts';

const LOCKED_IN_MOUNT = {
  mount_accessor: 'string',
  counts: 'int',
  alias_identifiers: ['list', null],
} as const satisfies Shape;

const LOCKED_IN_NAMESPACE = {
  namespace_id: 'string',
  namespace_path: 'string',
  counts: 'int',
  mount_accessors: [LOCKED_IN_MOUNT],
} as const satisfies Shape;

const LOCKED = { by_namespace: [LOCKED_IN_NAMESPACE], total: 'int' } as const satisfies Shape;

const ACCESSOR_FIELD = { mount_accessor: 'string' } as const;

export const lockedUserRoutes: readonly Route[] = [
  route({
    path: 'sys/locked-users',
    fields: ACCESSOR_FIELD,
    query: ['mount_accessor'],
    answers: { read: LOCKED },
    read: listLocked,
  }),
  route({
    path: 'sys/locked-users/:mount_accessor/unlock/:alias_identifier+',
    // The auth methods that lock users read their names so.
    names: { alias_identifier: (sent) => sent.toLowerCase() },
    write: unlock,
  }),
];

type InMount = Wire<typeof LOCKED_IN_MOUNT>;
type InNamespace = Wire<typeof LOCKED_IN_NAMESPACE>;

/** Of the namespace of the request and the unlocked ones below, the fullest first; with an accessor, of that mount alone. */
async function listLocked(call: Call<typeof ACCESSOR_FIELD>): Promise<Reply<Wire<typeof LOCKED>>> {
  const { deps, namespace, fields } = call;
  const below = fields.mount_accessor ? [] : await listDescendants(deps.store, namespace);
  const byNamespace = await severalAtOnce([namespace, ...below.filter(isUnlocked)], (place) =>
    lockedIn(call, place),
  );
  return { data: { by_namespace: byNamespace.sort(fullestFirst), total: sum(byNamespace) } };
}

async function lockedIn(
  { deps, fields, types }: Call<typeof ACCESSOR_FIELD>,
  { id, path }: Namespace,
): Promise<InNamespace> {
  const { mount_accessor: named } = fields;
  const mounts = await listMounts(deps, id);
  const asked = mounts.filter(({ accessor }) => !named || accessor === named);
  const found = await severalAtOnce(asked, async (mount): Promise<InMount> => {
    const names = (await mountTypeNamed(types, mount.type)?.lockedUsers?.list(deps, mount)) ?? [];
    return lockedOf(mount.accessor, names);
  });
  const locked = found.filter(({ counts }) => counts > 0).sort(fullestFirst);
  const shown = locked.length === 0 && named ? [lockedOf(named, [])] : locked;
  return { namespace_id: id, namespace_path: path, counts: sum(locked), mount_accessors: shown };
}

function lockedOf(accessor: string, names: string[]): InMount {
  const isEmpty = names.length === 0;
  return { mount_accessor: accessor, counts: names.length, alias_identifiers: isEmpty ? null : names };
}

/** The mount is one of the namespace of the request. A mount or a user that does not exist is no error. */
async function unlock({ deps, namespace, params, types }: Call): Promise<void> {
  const mounts = await listMounts(deps, namespace.id);
  const mount = mounts.find(({ accessor }) => accessor === params.mount_accessor);
  const lockedUsers = mount && mountTypeNamed(types, mount.type)?.lockedUsers;
  if (lockedUsers) await lockedUsers.unlock(deps, mount, params.alias_identifier ?? '');
}

interface Counted {
  counts: number;
}

function fullestFirst(one: Counted, other: Counted): number {
  return other.counts - one.counts;
}

function sum(counted: Counted[]): number {
  return counted.reduce((total, { counts }) => total + counts, 0);
}
