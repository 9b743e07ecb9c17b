/** Starts a migration: checks the request against the tree and accepts it. */

import { VaultError } from '../http/errors.ts';
import type { Fields, Schema } from '../http/fields.ts';
import { REPEAT_WINDOW_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { mountAt } from '../tree/findMount.ts';
import { innermostNamespaces } from '../tree/findNamespace.ts';
import { type Location, locate, locateTarget, type Target } from '../tree/locate.ts';
import type { NamespacedPath } from '../tree/namespace.ts';
import { MOUNT_PATH, mountPath, withSlash } from '../tree/path.ts';
import { type AcceptedMigration, acceptAndStart, answerKnown } from './acceptMigration.ts';
import { admit } from './admit.ts';
import { readAliasTtl } from './aliasTtl.ts';
import { movedWithoutAlias, movedWithoutPolicies } from './errors.ts';
import { type Idempotency, replayed } from './idempotency.ts';
import type { Migration } from './migration.ts';
import { findMissingRules } from './missingRules.ts';
import { outsideRequired } from './namespaceTypos.ts';
import { CLUSTER_FIELDS } from './onCluster.ts';
import { type OrderedPolicies, orderPolicies, policyRefOf } from './orderPolicies.ts';
import { checkTyped, type Move, planMove, repeatedMigration, type Typed } from './planMove.ts';
import { readPolicyMode } from './policyMode.ts';
import { checkOwnRights, NOBODY, policyRights } from './policyRights.ts';
import { readMigration } from './readMigration.ts';
import { type Origin, readReason } from './request.ts';

/** The fields of a remount request. */
export const MOVE_FIELDS = {
  from: MOUNT_PATH,
  to: MOUNT_PATH,
  /** Free text, kept with the migration. */
  reason: 'string',
  /** Whether the target has to be in a namespace below that of the request. */
  require_namespace: 'bool',
  /** What becomes of the policy rules that the move makes useless. */
  policies: 'string',
  /** For how long the old path goes on answering. */
  alias_ttl: 'duration',
  ...CLUSTER_FIELDS,
} as const satisfies Schema;

export type RemountRequest = Fields<typeof MOVE_FIELDS>;

/**
 * @throws VaultError 400 for a move that cannot be, 403 for policies that the origin may not write, 422 for an idempotency
 *   key of another request, 503 when the store is busy
 */
export async function startRemount(
  deps: Deps,
  origin: Origin,
  request: RemountRequest,
  key?: Idempotency,
): Promise<AcceptedMigration> {
  const typed = checkTyped(request.from, request.to);
  const before = await replayed(deps, key);
  if (before) return { id: before, isReplay: true };
  const found = await find(deps, origin, typed, request);
  if ('repeated' in found) return answerKnown(deps, key, found.repeated);
  const { move } = found;
  const clusterOptions = await admit(deps, move, request);
  const aliasTtlS = readAliasTtl(request.alias_ttl, move);
  const { order: policies } = await policiesFor(deps, origin, move, request);
  const details = { reason: readReason(request.reason), policies, aliasTtlS, clusterOptions };
  return acceptAndStart(deps, origin, move, details, key);
}

/** Policies are read only if the move is to change them. */
async function policiesFor(
  deps: Deps,
  { namespace, judges = NOBODY }: Origin,
  ends: Ends,
  { policies }: RemountRequest,
): Promise<OrderedPolicies> {
  const mode = readPolicyMode(policies);
  const affected = mode === 'keep' ? [] : await findMissingRules(deps, ends, namespace);
  const rights = await policyRights(judges, affected.map(policyRefOf));
  const isOnCluster = deps.cluster !== undefined;
  const ordered = orderPolicies(mode, affected, ends, rights, deps.clock.now(), isOnCluster);
  await checkOwnRights(deps, ordered.changes);
  return ordered;
}

/** A move that can be made, and for how many seconds its source would go on answering. */
interface Checked {
  move: Move;
  aliasTtlS: number | undefined;
}

/**
 * Makes every check of a move and writes nothing.
 * @throws VaultError 400 for a move that cannot be
 */
export async function checkRemount(
  deps: Deps,
  origin: Origin,
  request: RemountRequest,
): Promise<{ repeated: string } | Checked> {
  const found = await find(deps, origin, checkTyped(request.from, request.to), request);
  if ('repeated' in found) return found;
  const { move } = found;
  await admit(deps, move, request, true);
  return { move, aliasTtlS: readAliasTtl(request.alias_ttl, move) };
}

/** The result of the checks: a migration that already exists, or a move to accept. */
type Found = { repeated: string } | { move: Move };

/**
 * A request that asks for more than the migration that it seems to repeat is not answered with that one.
 * @throws VaultError 400 for a move that cannot be
 */
async function find(deps: Deps, origin: Origin, typed: Typed, request: RemountRequest): Promise<Found> {
  const found = await lookTwice(deps, origin, typed);
  const ends = 'move' in found ? found.move : found.ends;
  const outside = request.require_namespace ? outsideRequired(ends, origin.namespace) : undefined;
  if (outside) throw outside;
  if ('move' in found) return found;
  const { repeated } = found;
  if (request.alias_ttl !== undefined && request.alias_ttl !== repeated.aliasTtlS)
    throw movedWithoutAlias(repeated.id);
  const { changes } = await policiesFor(deps, origin, ends, request);
  if (changes.length > 0) throw movedWithoutPolicies(repeated.id);
  return { repeated: repeated.id };
}

/** Where a mount was and is, of a move that has been made. */
type Ends = Pick<Move, 'source' | 'target'>;

type Look = { repeated: Migration; ends: Ends } | { move: Move };

/**
 * Checks the move, and before a refusal checks it again. DynamoDB may serve a query in the middle of a switch, which
 * makes a repeated request look wrong. A single read shows whether the mount has really left the source
 * (docs/decisions.md, 12). If it has, later reads show the whole switch.
 */
async function lookTwice(deps: Deps, origin: Origin, typed: Typed): Promise<Look> {
  const { from, to } = await namespacesOf(deps, origin, typed);
  try {
    const [source, target] = await Promise.all([
      locate(deps.store, from.path, from.namespace),
      locateTarget(deps.store, to.path, to.namespace),
    ]);
    return await judge(deps, origin, typed, source, target);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const mount = await mountAt(deps.store, from.namespace, withSlash(from.path));
    const source = mount ? { ...from, mount } : await locate(deps.store, from.path, from.namespace);
    return judge(deps, origin, typed, source, await locateTarget(deps.store, to.path, to.namespace));
  }
}

async function namespacesOf(
  deps: Deps,
  { namespace }: Origin,
  typed: Typed,
): Promise<{ from: NamespacedPath; to: NamespacedPath }> {
  const paths: [string, string] = [typed.from.replace(/^\//, ''), mountPath(typed.to)];
  const [from, to] = (await innermostNamespaces(deps.store, paths, namespace)) as [
    NamespacedPath,
    NamespacedPath,
  ];
  return { from, to };
}

/** @throws VaultError 400 for a move that cannot be */
async function judge(
  deps: Deps,
  { namespace }: Origin,
  typed: Typed,
  source: Location,
  target: Target,
): Promise<Look> {
  const id = repeatedMigration(source, target, deps.clock.now() - REPEAT_WINDOW_MS);
  const repeated = id && (await readMigration(deps, id));
  if (repeated) {
    const from = { namespace: source.namespace, path: withSlash(source.path) };
    return { repeated, ends: { source: from, target } };
  }
  return { move: planMove(typed, source, target, namespace) };
}
