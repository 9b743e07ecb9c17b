import { beforeAll, describe, expect, it } from 'vitest';
import {
  accessorKey,
  bootstrapKey,
  childKey,
  policyKey,
  tokenKey,
  tokenRoleKey,
} from '../../functions/store/keys.ts';
import { FUNCTIONS, packageTemplate, type Template } from '../infra/packageTemplate.ts';
import { capital, grantsOf } from '../infra/rights.ts';
import { BY_AWS, covers, matches, type Need } from './needs.ts';
import { HAS_FRONT, type Recorded, readRecords } from './recorder.ts';

/** The beginnings of the keys of the table `access`. A right to one kind of item does not include the others. */
const ACCESS_KEYS = [
  tokenKey(''),
  accessorKey(''),
  policyKey('', ''),
  tokenRoleKey('', ''),
  childKey('', ''),
  bootstrapKey(),
].map(({ pk }) => /^[a-z-]+#?/.exec(pk)?.[0]);

let template: Template;
let recorded: Recorded[];

beforeAll(async () => {
  [{ template }, recorded] = await Promise.all([packageTemplate(), readRecords()]);
});

/**
 * Functions with few kinds of calls, whose rights to items of `access` are limited to the kinds of items in the records.
 * Other functions also do rare work that no test records, so they are not limited: a missing right would be found too late.
 */
const LIMITED = ['remount', 'status', 'revoke', 'close', 'teardown', 'bootstrap'];

/** Rights that a service needs in front of a cluster only, for what the recorded tests there do not do. */
const SELDOM_ON_A_CLUSTER = new Set([
  // Before a change of the leader, the other moves are looked for.
  'clusterStep dynamodb:Query MigrationsTable/index/open',
  'clusterStep dynamodb:BatchGetItem MigrationsTable',
  'bulkComplete dynamodb:Query MigrationsTable/index/open',
  // A row of a run that another row has to precede, which has failed.
  'bulkChunk dynamodb:BatchGetItem MigrationsTable',
  // A move that a workflow has left, and one that an event requests.
  'reconcile states:StartExecution ClusterStateMachine',
  'remountRequested states:StartExecution ClusterStateMachine',
]);

/** Attributes that a right is confined to, and that no recorded call names. */
const SELDOM_ATTRIBUTES = new Set([
  // A migration that no workflow could switch in a quarter of an hour fails.
  ...updates('reconcile', 'phase status error finishedAt ttl'),
  // A run ends early: its open chunks are closed.
  ...updates('bulkComplete', 'closed'),
  // On a cluster, the last move of a chunk ends after the last step of its chunk.
  ...updates('bulkComplete', 'cursor failed movedAt'),
  // A run leaves a policy that is gone; a cluster does not let it write one.
  ...updates('bulkBegin', 'reason waiting stopped'),
  // A schedule fires while its run before is still in progress.
  ...updates('scheduledRemount', 'lastSkipped'),
  // A node of a cluster does not show a move, and the active one steps down.
  ...updates('bulkComplete', 'staleAt stepDowns'),
  ...updates('clusterStep', 'staleAt'),
  // A cluster refuses all requests to a mount, or gives a lease up.
  ...updates('clusterStep', 'taintedAt leasesIrrevocable'),
  ...attributesOf('clusterStep', 'PutItem', 'leaseId reason at'),
]);

function updates(name: string, attributes: string): string[] {
  return attributesOf(name, 'UpdateItem', attributes);
}

function attributesOf(name: string, verb: string, attributes: string): string[] {
  return attributes.split(' ').map((attribute) => `${name} dynamodb:${verb} MigrationsTable ${attribute}`);
}

describe.each(FUNCTIONS)('the role of %s', (name) => {
  const grants = () =>
    grantsOf(template, `${capital(name)}Role`)
      .filter(({ action }) => !BY_AWS.test(action))
      .map((grant) => ({ ...grant, resource: plain(grant.resource) }));
  const needs = () =>
    recorded.filter(({ functionName }) => functionName === name).flatMap(({ needs }) => needs);

  it('grants all rights that were recorded', () => {
    const refused = needs().filter((need) => !grants().some((grant) => covers(grant, need)));
    expect(
      refused.map(({ action, resource, key, attributes = [] }) =>
        [action, resource, key, ...attributes].join(' '),
      ),
    ).toEqual([]);
  });

  it.runIf(HAS_FRONT)('is confined to attributes that were recorded', () => {
    const unused = grants().flatMap(({ action, resource, keys, attributes = [] }) => {
      const named = needs()
        .filter((need) => covers({ action, resource, ...(keys && { keys }) }, need))
        .flatMap((need) => need.attributes ?? []);
      const idle = attributes.filter((pattern) => !named.some((attribute) => matches(pattern, attribute)));
      return idle.map((attribute) => `${name} ${action} ${resource} ${attribute}`);
    });
    expect(unused.filter((right) => !SELDOM_ATTRIBUTES.has(right))).toEqual([]);
  });

  it.runIf(HAS_FRONT)('grants no right that was not recorded', () => {
    const idle = grants().filter((grant) => !needs().some((need) => covers(grant, need)));
    const names = idle.map(({ action, resource }) => `${name} ${action} ${resource}`);
    expect(names.filter((right) => !SELDOM_ON_A_CLUSTER.has(right))).toEqual([]);
  });

  it.runIf(LIMITED.includes(name))('reaches only the recorded kinds of tokens and policies', () => {
    const ofAccess = grants().filter(
      ({ action, resource }) => resource === 'AccessTable' && action !== 'dynamodb:BatchGetItem',
    );
    const seen = ofAccess.map(({ action }) => [action, seenKeys(needs(), action)]);
    const granted = ofAccess.map(({ action, keys }) => [action, keys?.toSorted() ?? 'all']);
    expect(granted).toEqual(seen);
  });

  it('grants each action on a resource once, since neither of two grants covers a batch with keys of both', () => {
    const names = grants().map(({ action, resource }) => `${action} ${resource}`);
    expect(names).toEqual([...new Set(names)]);
  });
});

/** The recorded kinds as patterns; `all` if every kind was recorded, so that there is nothing to limit. */
function seenKeys(needs: Need[], action: string): string[] | 'all' {
  const asked = needs.filter((need) => need.action === action && need.resource === 'AccessTable');
  const kinds = [...new Set(asked.flatMap(({ key = '', together = [key] }) => together))];
  const unknown = kinds.filter((kind) => !ACCESS_KEYS.includes(kind));
  if (unknown.length > 0) throw new Error(`no item of access begins with ${unknown}`);
  return kinds.length === ACCESS_KEYS.length
    ? 'all'
    : kinds.map((kind) => kind.replace(/#$/, '#*')).toSorted();
}

/** Schedules are granted as a group: `…:schedule/${ScheduleGroup}/*`. */
function plain(resource: string): string {
  return /\$\{(ScheduleGroup)\}/.exec(resource)?.[1] ?? resource;
}
