/** What the service says of itself, and of what each client may see (contract §10). */

import { goQuote, notAuthenticated, notAuthorized, VaultError } from '../http/errors.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import { mayReachMount } from '../policies/acl.ts';
import type { Grant } from '../policies/grant.ts';
import type { BuiltinMount } from '../tree/builtin.ts';
import { listAllMounts, locateAny } from '../tree/findMount.ts';
import { listChildren } from '../tree/findNamespace.ts';
import { followAlias, reachedAt, requireOpen } from '../tree/followAlias.ts';
import type { Mount } from '../tree/mount.ts';
import { MOUNT, type MountInfo, mountObject } from '../tree/mountObject.ts';
import { requireUnlocked } from '../tree/namespace.ts';
import { type MountTable, mountPath, tableOf, tablePath } from '../tree/path.ts';
import { healthRoutes } from './health.ts';
import { lockedUserRoutes } from './lockedUserRoutes.ts';
import { toolRoutes } from './toolRoutes.ts';

const VISIBLE = { secret: 'map', auth: 'map' } as const satisfies Shape;
const VISIBLE_MOUNT = { ...MOUNT, path: 'string' } as const satisfies Shape;
const RESULTANT_ACL = {
  root: 'bool',
  'exact_paths?': 'map',
  'glob_paths?': 'map',
} as const satisfies Shape;

export const systemRoutes: readonly Route[] = [
  ...healthRoutes,
  ...toolRoutes,
  ...lockedUserRoutes,
  route({
    path: 'sys/internal/ui/mounts',
    open: 'optional',
    answers: { read: VISIBLE },
    read: listVisible,
  }),
  route({
    path: 'sys/internal/ui/mounts/:path+',
    open: 'optional',
    answers: { read: VISIBLE_MOUNT },
    read: readVisible,
  }),
  route({
    path: 'sys/internal/ui/namespaces',
    open: 'optional',
    answers: { read: { 'keys?': 'list' } },
    read: listVisibleNamespaces,
  }),
  route({
    path: 'sys/internal/ui/resultant-acl',
    answers: { read: RESULTANT_ACL },
    read: readResultantAcl,
  }),
];

type Listed = Mount | BuiltinMount;

/**
 * With a token: all mounts that it can reach, and those listed for everybody. Without one: the latter only, with few
 * of their facts.
 */
async function listVisible({ deps, namespace, caller }: Call): Promise<Reply<Wire<typeof VISIBLE>>> {
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

/** The mount of a path, in the namespace of the request or one below. */
async function readVisible({
  deps,
  namespace,
  caller,
  params,
}: Call): Promise<Reply<Wire<typeof VISIBLE_MOUNT>>> {
  if (!caller) throw notAuthorized();
  const path = mountPath(params.path ?? '');
  const { namespace: owner, alias, ...found } = await locateAny(deps.store, path, namespace);
  const followed = alias && (await followAlias(deps, alias));
  const mount = alias ? followed?.mount : found.mount;
  if (!mount) throw preflightDenied(path);
  const at = reachedAt({ mount, alias });
  if (!mayReachMount(caller.acl, owner.path + at)) throw preflightDenied(path);
  requireUnlocked(owner);
  requireOpen({ isBehindLock: followed?.isLocked ?? false });
  const isOwn = owner.id === namespace.id;
  const shown = isOwn ? tablePath(at) : owner.path.slice(namespace.path.length) + at;
  return { data: { ...mountObject(mount), path: shown } };
}

/** The children of the namespace below which the token can reach something. */
async function listVisibleNamespaces({ deps, namespace, caller }: Call): Promise<Reply<{ keys?: string[] }>> {
  if (!caller) throw notAuthenticated();
  const children = await listChildren(deps.store, namespace);
  const reachable = children.filter(({ path }) => mayReachMount(caller.acl, path));
  const keys = reachable.map(({ path }) => path.slice(namespace.path.length));
  return { data: keys.length > 0 ? { keys } : {} };
}

/** A mount that does not exist and one that the token may not see get the same answer, so that nobody learns which. */
function preflightDenied(path: string): VaultError {
  const advice = "please ensure client's policies grant access to path";
  return new VaultError(403, [`preflight capability check returned 403, ${advice} ${goQuote(path)}`]);
}

/**
 * The permissions of a token, for clients that show only what may be used. Rules with a `+` segment are in neither
 * list, as in Vault.
 */
async function readResultantAcl({
  caller,
  namespace,
}: Call): Promise<Reply<Wire<typeof RESULTANT_ACL>> | undefined> {
  if (!caller) return undefined;
  const { rootPaths, exact, patterns } = caller.acl;
  if (rootPaths.some((path) => namespace.path.startsWith(path))) return { data: { root: true } };
  const globs = [...patterns.values()].filter(({ isGlob, wildcards }) => isGlob && wildcards === 0);
  return {
    data: {
      root: false,
      exact_paths: grantObjects([...exact]),
      glob_paths: grantObjects(globs.map(({ text, grant }) => [text, grant])),
    },
  };
}

function grantObjects(grants: [string, Grant][]): Record<string, unknown> {
  return Object.fromEntries(grants.map(([path, grant]) => [path, grantObject(grant)]));
}

function grantObject({ capabilities, minWrappingTtl, maxWrappingTtl }: Grant) {
  return {
    capabilities: capabilities.size > 0 ? [...capabilities].sort() : ['deny'],
    ...(minWrappingTtl !== undefined && { min_wrapping_ttl: minWrappingTtl }),
    ...(maxWrappingTtl !== undefined && { max_wrapping_ttl: maxWrappingTtl }),
  };
}
