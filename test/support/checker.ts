/**
 * Finds breaches of the rules R1 to R8 in the stored tables. It knows how items are stored, but shares no code with the
 * service, so that it can find the service's errors.
 */

import type { Stored, Tables } from './tables.ts';

/** Whether work is still under way, or everything that was started has ended. */
export type Moment = 'midway' | 'ended';

/** @returns a sentence for each breach */
export function violations(tables: Tables, moment: Moment): string[] {
  const found = [
    ...treeViolations(tables, moment),
    ...moveViolations(tables),
    ...recordViolations(tables, moment),
    ...sweepViolations(tables),
  ];
  if (moment === 'midway') return found;
  return [...found, ...credentialViolations(tables), ...leftovers(tables), ...cubbyholeViolations(tables)];
}

/** R6: the outcome of a migration or run never changes. @returns a sentence for each outcome that differs later */
export function changedEnds(before: Tables, after: Tables): string[] {
  const later = new Map(after.migrations.map((record) => [`${record.pk} ${record.sk}`, endOf(record)]));
  return before.migrations
    .filter(({ status }) => status === 'success' || status === 'failure')
    .filter((record) => later.get(`${record.pk} ${record.sk}`) !== endOf(record))
    .map(({ pk, sk, kind, status }) => `the ${kind} ${pk} was ${status}, and is ${later.get(`${pk} ${sk}`)}`);
}

function endOf({ status, generation, finishedAt, error }: Stored): string {
  return [status, generation, finishedAt, error?.code, error?.message].filter((fact) => fact).join(' ');
}

/** R1, R2: no path is a prefix of another, forks count the entries below them, each mount is there once, in its generation. */
function treeViolations({ mounts, migrations }: Tables, moment: Moment): string[] {
  const found: string[] = [];
  const namespaces = new Set(['root', ...withPrefix(mounts, 'namespace#')]);
  const trees = Map.groupBy(
    mounts.filter(({ pk }) => !pk.includes('#')),
    ({ pk }) => pk,
  );
  const teardowns = migrations.filter(({ kind }) => kind === 'teardown');
  const leaving = new Set(teardowns.map(({ namespaceId }) => namespaceId));
  const locked = new Set(mounts.filter(({ unlockKeyHash }) => unlockKeyHash).map(({ id }) => id));
  for (const id of new Set(withPrefix(mounts, 'closed#')))
    if (!locked.has(id) && (namespaces.has(id) || !leaving.has(id)))
      found.push(`nothing clears away the marks of namespace ${id}`);
  for (const [id, items] of trees) {
    if (!namespaces.has(id) && !leaving.has(id))
      found.push(`the tree of the missing namespace ${id} has ${items.length} items`);
    found.push(...overlaps(id, entriesOf(items)), ...forkViolations(id, items, moment));
  }
  const entries = mounts.filter(({ kind }) => kind === 'mount');
  for (const [uuid, places] of Map.groupBy(entries, (mount) => mount.uuid as string)) {
    if (places.length > 1) found.push(`mount ${uuid} is at ${places.map(({ sk }) => sk).join(' and ')}`);
  }
  found.push(...aliasViolations(mounts, entries));
  const generations = generationsIn(mounts);
  for (const { uuid, generation, sk } of entries) {
    const number = generations.get(uuid) ?? 0;
    if (generation !== number) found.push(`${sk} is in generation ${generation}, its number says ${number}`);
  }
  for (const { sk, id } of mounts.filter(({ kind }) => kind === 'namespace')) {
    if (!namespaces.has(id)) found.push(`namespace ${sk} (${id}) has no record`);
  }
  const listed = new Set(mounts.filter(({ kind }) => kind === 'namespace').map(({ id }) => id));
  for (const id of namespaces)
    if (id !== 'root' && !listed.has(id)) found.push(`namespace ${id} is in no tree`);
  return found;
}

/** An alias leads to the place of its mount, and the mount lists exactly its aliases. */
function aliasViolations(items: Stored[], mounts: Stored[]): string[] {
  const aliases = items.filter(({ kind }) => kind === 'alias');
  const found = aliases.flatMap(({ sk, mountUuid, target, migrationId }) => {
    const mount = mounts.find(({ uuid }) => uuid === mountUuid);
    if (!mount) return [`the alias ${sk} has no mount`];
    const isThere = mount.pk === target.namespaceId && mount.sk === target.path;
    if (!isThere) return [`the alias ${sk} leads to ${target.path}, and its mount is at ${mount.sk}`];
    const isListed = mount.aliases?.some((one: Stored) => one.migrationId === migrationId);
    return isListed ? [] : [`the mount at ${mount.sk} does not list the alias ${sk}`];
  });
  const listed = mounts.flatMap(({ sk, aliases: own = [] }) =>
    own
      .filter((one: Stored) => !aliases.some(({ migrationId }) => migrationId === one.migrationId))
      .map((one: Stored) => `the mount at ${sk} lists the alias ${one.path}, which is gone`),
  );
  return [...found, ...listed];
}

function overlaps(id: string, entries: Stored[]): string[] {
  const paths = entries.map(({ sk }) => sk).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return paths
    .filter((path, i) => paths[i + 1]?.startsWith(path))
    .map((path) => `in namespace ${id} something lies below ${path}`);
}

function forkViolations(id: string, items: Stored[], moment: Moment): string[] {
  const below = new Map<string, number>();
  for (const { sk } of entriesOf(items)) {
    for (let end = sk.indexOf('/') + 1; end < sk.length; end = sk.indexOf('/', end) + 1) {
      const prefix = sk.slice(0, end);
      if (prefix !== 'auth/') below.set(prefix, (below.get(prefix) ?? 0) + 1);
    }
  }
  const forks = new Map(items.filter(({ kind }) => kind === 'fork').map(({ sk, count }) => [sk, count]));
  const paths = new Set([...below.keys(), ...forks.keys()]);
  return [...paths]
    .filter((path) => (forks.get(path) ?? 0) !== (below.get(path) ?? 0))
    .map((path) => `${moment}: fork ${path} of ${id} counts ${forks.get(path)}, not ${below.get(path) ?? 0}`);
}

/** R2, R6: each generation of a mount is from one migration, and the mount names the last one. */
function moveViolations({ mounts, migrations }: Tables): string[] {
  const found: string[] = [];
  const moves = migrations.filter(({ kind, generation }) => kind === 'migration' && generation !== undefined);
  const ofMount = Map.groupBy(moves, ({ mountUuid }) => mountUuid as string);
  for (const { uuid, sk, generation, movedBy } of mounts.filter(({ kind }) => kind === 'mount')) {
    const numbers = (ofMount.get(uuid) ?? []).map((move) => move.generation as number).sort((a, b) => a - b);
    const due = Array.from({ length: generation }, (_, i) => i + 1);
    if (numbers.join() !== due.join())
      found.push(`${sk} is in generation ${generation}, and was moved to [${numbers}]`);
    const last = ofMount.get(uuid)?.find((move) => move.generation === generation);
    if (movedBy?.migrationId !== last?.pk)
      found.push(`${sk} was moved by ${last?.pk}, and says ${movedBy?.migrationId}`);
  }
  return found;
}

/** R3, R6, R7, R8: each record is true of its move, and nothing is open when everything has ended. */
function recordViolations({ mounts, migrations }: Tables, moment: Moment): string[] {
  const found: string[] = [];
  const trees = new Map(mounts.filter(({ kind }) => kind === 'mount').map((mount) => [mount.uuid, mount]));
  const caused = new Set(
    migrations.filter(({ kind }) => /^migration$|^bulk$/.test(kind)).map(({ pk }) => pk),
  );
  for (const record of migrations) {
    const { pk, kind, open, nextLook, id } = record;
    if ((open === undefined) !== (nextLook === undefined)) found.push(`record ${pk} is half open`);
    // The record stays open until the look at its alias after the end of that.
    const isKept = record.isSwept && record.aliasLookAt !== undefined;
    if (moment === 'ended' && open !== undefined && !isKept) found.push(`the ${kind} ${pk} never ended`);
    if (open === undefined && mounts.some((entry) => entry.kind === 'alias' && entry.migrationId === pk))
      found.push(`nobody looks after the alias of ${pk}`);
    if (kind === 'migration') found.push(...statusViolations(record, trees.get(record.mountUuid)));
    if (kind === 'migration' || kind === 'bulk') found.push(...openViolations(record, moment));
    if (kind === 'idempotency' && !caused.has(id)) found.push(`${pk} is a key that has led to nothing`);
  }
  return found;
}

function statusViolations(record: Stored, mount: Stored | undefined): string[] {
  const { pk, status, phase, generation, source, target } = record;
  const isAt = (place: typeof source) => mount?.pk === place.namespaceId && mount?.sk === place.path;
  const found: string[] = [];
  if ((status === 'in-progress') === (phase === 'done'))
    found.push(`migration ${pk} is ${status} and ${phase}`);
  if (phase === 'accepted' || status === 'failure') {
    if (generation !== undefined) found.push(`migration ${pk} is ${status} and has switched`);
    if (mount?.movedBy?.migrationId === pk)
      found.push(`migration ${pk} is ${status} and has moved the mount`);
  } else if (generation === undefined) {
    found.push(`migration ${pk} is ${status} and has no generation`);
  } else if (mount && mount.generation < generation) {
    found.push(`migration ${pk} is ${status}, and its mount is in generation ${mount.generation} still`);
  } else if (mount && mount.generation === generation && !isAt(target)) {
    found.push(`migration ${pk} is ${status}, and its mount is not at ${target.path}`);
  }
  return found;
}

/** Migrations and runs: the reconciler can find those in progress, and those that failed have a reason. */
function openViolations({ pk, kind, status, open, error }: Stored, moment: Moment): string[] {
  const found: string[] = [];
  if (status === 'in-progress' && open === undefined) found.push(`the ${kind} ${pk} is found by nobody`);
  if (status === 'failure' && open !== undefined) found.push(`the ${kind} ${pk} has failed and is open`);
  if (moment === 'ended' && status === 'in-progress') found.push(`the ${kind} ${pk} is in progress for ever`);
  if ((status === 'failure') !== (typeof error?.message === 'string'))
    found.push(`the ${kind} ${pk} gives no reason`);
  return found;
}

/**
 * R5, R6: after the success no lease of an older generation is stored. A request in flight may write one after the
 * sweep; it is removed when the record is closed. Such a request started after the acceptance, since no request lives
 * longer than a whole move.
 */
function sweepViolations({ leases, migrations }: Tables): string[] {
  const found: string[] = [];
  const moves = migrations.filter(({ kind, status }) => kind === 'migration' && status === 'success');
  const ofMount = Map.groupBy(moves, ({ mountUuid }) => mountUuid as string);
  for (const { pk, sk, generation, lineage, issuedAt, irrevocable } of leases) {
    if (irrevocable) continue;
    const carried = { ...lineage?.mounts, [pk.split('#')[0] as string]: generation };
    for (const [uuid, number] of Object.entries<number>(carried)) {
      const swept = ofMount.get(uuid)?.find((move) => number < move.generation && issuedAt < move.acceptedAt);
      if (swept) found.push(`lease ${sk} is stored after the success of ${swept.pk}`);
    }
  }
  return found;
}

/** R5: every stored credential is valid, except irrevocable leases. None is of an older generation or of a dead parent. */
function credentialViolations({ mounts, access, leases, storage }: Tables): string[] {
  const found: string[] = [];
  const generations = generationsIn(mounts);
  const tokens = new Set(withPrefix(access, 'token#'));
  const kept = new Set(leases.filter(({ irrevocable }) => irrevocable).map(nameOfLease));
  for (const item of [...access, ...leases, ...storage]) {
    if (!item.lineage || item.irrevocable) continue;
    if (item.lease && kept.has(`${item.lease.mountUuid} ${item.lease.path}`)) continue;
    for (const [uuid, carried] of Object.entries(item.lineage.mounts as Record<string, number>)) {
      // What was issued at an alias that has ended is invalid, and expires where it is.
      if (carried < (generations.get(uuid) ?? 0) && !uuid.startsWith('alias#'))
        found.push(`${item.pk} ${item.sk} is from before the switch`);
    }
    for (const hash of item.lineage.tokens as string[]) {
      if (!tokens.has(hash)) found.push(`${item.pk} ${item.sk} hangs on a token that is gone`);
    }
  }
  for (const { pk, sk, generation, irrevocable } of leases) {
    const number = generations.get(pk.split('#')[0] as string) ?? 0;
    if (!irrevocable && generation < number) found.push(`lease ${sk} is older than its mount`);
  }
  return found;
}

/** Items that belong to something deleted: nothing would ever find and remove them. */
function leftovers({ mounts, access, leases, storage, migrations }: Tables): string[] {
  const found: string[] = [];
  const tokens = new Map(
    access.filter(({ pk }) => pk.startsWith('token#')).map((item) => [item.pk.slice(6), item]),
  );
  const accessors = new Map(
    access.filter(({ pk }) => pk.startsWith('accessor#')).map((item) => [item.pk.slice(9), item]),
  );
  const leaseNames = new Set(leases.map(nameOfLease));
  const stored = new Set(storage.map(({ pk, sk }) => `${pk} ${sk}`));
  const uuids = new Set(mounts.filter(({ kind }) => kind === 'mount').map(({ uuid }) => uuid));
  for (const [hash, { accessor, lease }] of tokens) {
    if (accessors.get(accessor)?.tokenHash !== hash) found.push(`token ${hash} has no accessor`);
    if (lease && !leaseNames.has(`${lease.mountUuid} ${lease.path}`))
      found.push(`token ${hash} has no lease`);
  }
  for (const [accessor, { tokenHash }] of accessors) {
    if (tokens.get(tokenHash)?.accessor !== accessor) found.push(`accessor ${accessor} has no token`);
  }
  for (const { sk, kind, tokenHash, owns, irrevocable } of leases) {
    if (irrevocable) continue;
    if (!tokens.has(tokenHash)) found.push(`lease ${sk} has no token`);
    if (kind === 'secret' && owns?.some((ref: Stored) => !stored.has(`${ref.pk} ${ref.sk}`))) {
      found.push(`lease ${sk} has lost what it owns`);
    }
  }
  for (const { pk, sk, lease } of storage) {
    if (!pk.startsWith('cubbyhole#') && !uuids.has(pk)) found.push(`${sk} is left of mount ${pk}`);
    if (lease && !leaseNames.has(`${lease.mountUuid} ${lease.path}`)) found.push(`${sk} has no lease`);
  }
  for (const { pk, sk, tokenHash, lease } of access.filter(({ pk }) => pk.startsWith('children#'))) {
    const lost = tokenHash ? !tokens.has(tokenHash) : !leaseNames.has(`${lease.mountUuid} ${lease.path}`);
    if (lost) found.push(`${pk} lists ${sk}, which is gone`);
  }
  const records = new Set(migrations.map(({ pk }) => pk));
  for (const { pk, kind, migrationId } of migrations) {
    if (kind === 'claim' && !records.has(migrationId)) found.push(`${pk} is a claim of nothing`);
  }
  return found;
}

function nameOfLease({ pk, sk }: Stored): string {
  return `${pk.split('#')[0]} ${sk}`;
}

/** The cubbyhole of a token is deleted with the token. */
function cubbyholeViolations({ access, storage }: Tables): string[] {
  const accessors = new Set(withPrefix(access, 'accessor#'));
  return withPrefix(storage, 'cubbyhole#')
    .filter((accessor) => !accessors.has(accessor))
    .map((accessor) => `the cubbyhole of ${accessor} has no token`);
}

function entriesOf(items: Stored[]): Stored[] {
  return items.filter(({ kind }) => kind === 'mount' || kind === 'alias' || kind === 'namespace');
}

function generationsIn(mounts: Stored[]): Map<string, number> {
  const numbers = mounts.filter(({ pk }) => pk.startsWith('generation#'));
  return new Map(numbers.map(({ pk, generation }) => [pk.slice('generation#'.length), generation]));
}

function withPrefix(items: Stored[], prefix: string): string[] {
  return items.filter(({ pk }) => pk.startsWith(prefix)).map(({ pk }) => pk.slice(prefix.length));
}
