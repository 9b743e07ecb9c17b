/** Which mounts somebody may see, as clients ask before they use one (contract §10). */

import { notAuthorized } from '../http/errors.ts';
import type { Call, Reply } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import { mayReachMount } from '../policies/acl.ts';
import type { BuiltinMount } from '../tree/builtin.ts';
import { listAllMounts, locateAny } from '../tree/findMount.ts';
import type { Mount } from '../tree/mount.ts';
import { MOUNT, type MountInfo, mountObject } from '../tree/mountObject.ts';
import { type MountTable, mountPath, tableOf, tablePath } from '../tree/path.ts';
import { preflightDenied } from './errors.ts';

type Listed = Mount | BuiltinMount;

export const VISIBLE = { secret: 'map', auth: 'map' } as const satisfies Shape;
export const VISIBLE_MOUNT = { ...MOUNT, path: 'string' } as const satisfies Shape;

/** With a token all that it can reach; without one, what was listed for everybody, and little of that. */
export async function listVisible({ deps, namespace, caller }: Call): Promise<Reply<Wire<typeof VISIBLE>>> {
  const mounts = await listAllMounts(deps, namespace);
  const visible = mounts.filter(
    ({ path, config }) =>
      config.listingVisibility === 'unauth' || (caller && mayReachMount(caller.acl, namespace.path + path)),
  );
  const show = caller ? mountObject : publicFacts;
  const table = (name: MountTable) =>
    Object.fromEntries(
      visible
        .filter(({ path }) => tableOf(path) === name)
        .map((mount) => [tablePath(mount.path), show(mount)]),
    );
  return { data: { secret: table('mount'), auth: table('auth') } };
}

function publicFacts({
  type,
  description,
  options,
}: Listed): Pick<MountInfo, 'type' | 'description' | 'options'> {
  return { type, description, options };
}

/**
 * The mount that a path lies in, in this namespace or one below.
 * @throws VaultError 403
 */
export async function readVisible({
  deps,
  namespace,
  caller,
  params,
}: Call): Promise<Reply<Wire<typeof VISIBLE_MOUNT>>> {
  if (!caller) throw notAuthorized();
  const asked = mountPath(params.path ?? '');
  const { namespace: owner, mount } = await locateAny(deps.store, asked, namespace);
  if (!mount || !mayReachMount(caller.acl, owner.path + mount.path)) throw preflightDenied(asked);
  const isOwn = owner.id === namespace.id;
  const shown = isOwn ? tablePath(mount.path) : owner.path.slice(namespace.path.length) + mount.path;
  return { data: { ...mountObject(mount), path: shown } };
}
