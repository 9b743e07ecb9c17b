/** Starts a migration: checks the request against the tree and accepts it. */

import { VaultError } from '../http/errors.ts';
import type { Fields, Schema } from '../http/fields.ts';
import { REPEAT_WINDOW_MS } from '../limits.ts';
import { buildAcl } from '../policies/acl.ts';
import type { Deps } from '../ports/deps.ts';
import { mountAt } from '../tree/findMount.ts';
import { innermostNamespaces } from '../tree/findNamespace.ts';
import { type Location, locate, locateTarget, type Target } from '../tree/locate.ts';
import type { NamespacedPath } from '../tree/namespace.ts';
import { mountPath, pathSpellings, withSlash } from '../tree/path.ts';
import { type AcceptedMigration, acceptAndStart, answerKnown } from './acceptMigration.ts';
import { admit } from './admit.ts';
import { type Idempotency, replayed } from './idempotency.ts';
import { findMissingRules } from './missingRules.ts';
import { outsideRequired } from './namespaceTypos.ts';
import { CLUSTER_FIELDS } from './onCluster.ts';
import { orderPolicies } from './orderPolicies.ts';
import { checkTyped, type Move, planMove, repeatedMigration, type Typed } from './planMove.ts';
import { readPolicyMode } from './policyMode.ts';
import type { PolicyOrder } from './policyOrder.ts';
import { readMigration } from './readMigration.ts';
import { type Origin, readReason } from './request.ts';

/** The fields of a remount request. */
export const MOVE_FIELDS = {
  from: 'string',
  to: 'string',
  /** Free text, kept with the migration. */
  reason: 'string',
  /** Whether the target has to be in a namespace below that of the request. */
  require_namespace: 'bool',
  /** What becomes of the policy rules that the move makes useless. */
  policies: 'string',
  ...CLUSTER_FIELDS,
} as const satisfies Schema;

/** Paths are compared without the slash before them and with one behind them. */
export const MOVE_SPELLINGS = { from: pathSpellings, to: pathSpellings };

export type RemountRequest = Fields<typeof MOVE_FIELDS>;

/**
 * @throws VaultError 400 for a move that cannot be, 403 for policies that the origin may not write, 422 for an idempotency key of another request, 503 when the store
 *   is busy
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
  const found = await lookTwice(deps, origin, typed);
  if ('repeated' in found) return answerKnown(deps, key, found.repeated);
  refuseOutside(found.move, origin, request);
  const clusterOptions = await admit(deps, found.move, request);
  const policies = await policiesFor(deps, origin, found.move, request);
  const details = { reason: readReason(request.reason), policies, clusterOptions };
  return acceptAndStart(deps, origin, found.move, details, key);
}

/** Policies are read only if the move is to change them. */
async function policiesFor(
  deps: Deps,
  { namespace, acl = buildAcl([]) }: Origin,
  move: Move,
  { policies }: RemountRequest,
): Promise<PolicyOrder | undefined> {
  const mode = readPolicyMode(policies, move.mount.entry !== undefined);
  if (mode === 'keep') return undefined;
  const affected = await findMissingRules(deps, move, namespace);
  return orderPolicies(mode, affected, move, acl, deps.clock.now()).order;
}

/**
 * Makes every check of a move and writes nothing.
 * @throws VaultError 400 for a move that cannot be
 */
export async function checkRemount(deps: Deps, origin: Origin, request: RemountRequest): Promise<Found> {
  const found = await lookTwice(deps, origin, checkTyped(request.from, request.to));
  if ('move' in found) {
    refuseOutside(found.move, origin, request);
    await admit(deps, found.move, request, true);
  }
  return found;
}

/** @throws VaultError 400 */
function refuseOutside(move: Move, { namespace }: Origin, request: RemountRequest): void {
  const refused = request.require_namespace ? outsideRequired(move, namespace) : undefined;
  if (refused) throw refused;
}

/** The result of the checks: a migration that already exists, or a move to accept. */
type Found = { repeated: string } | { move: Move };

/**
 * Checks the move, and before a refusal checks it again. DynamoDB may serve a query in the middle of a switch, which
 * makes a repeated request look wrong. A single read shows whether the mount has really left the source
 * (docs/decisions.md, 12). If it has, later reads show the whole switch.
 */
async function lookTwice(deps: Deps, origin: Origin, typed: Typed): Promise<Found> {
  const { from, to } = await namespacesOf(deps, origin, typed);
  try {
    const [source, target] = await Promise.all([
      locate(deps.store, from.path, from.namespace),
      locateTarget(deps.store, to.path, to.namespace),
    ]);
    return await judge(deps, typed, source, target);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const mount = await mountAt(deps.store, from.namespace, withSlash(from.path));
    const source = mount ? { ...from, mount } : await locate(deps.store, from.path, from.namespace);
    return judge(deps, typed, source, await locateTarget(deps.store, to.path, to.namespace));
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
async function judge(deps: Deps, typed: Typed, source: Location, target: Target): Promise<Found> {
  const repeated = repeatedMigration(source, target, deps.clock.now() - REPEAT_WINDOW_MS);
  if (repeated && (await readMigration(deps, repeated))) return { repeated };
  return { move: planMove(typed, source, target) };
}
