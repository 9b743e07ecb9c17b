import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { accessorKey, bootstrapKey, childKey, policyKey, tokenKey } from '../../functions/store/keys.ts';
import { FUNCTIONS, packageTemplate, type Template } from '../infra/packageTemplate.ts';
import { capital, grantsOf } from '../infra/rights.ts';
import { covers, type Need } from './needs.ts';
import { RECORDED, RECORDS, type Recorded } from './recorder.ts';

/** Actions that AWS does with the role of a function, not the function's own calls. */
const BY_AWS =
  /^(logs|xray|kms|sqs):|^iam:PassRole$|^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/;

/** The beginnings of the keys of the table `access`. A right to one kind of item does not include the others. */
const ACCESS_KEYS = [tokenKey(''), accessorKey(''), policyKey('', ''), childKey('', ''), bootstrapKey()].map(
  ({ pk }) => /^\w+#?/.exec(pk)?.[0],
);

let template: Template;
let recorded: Recorded[];

beforeAll(async () => {
  [{ template }, recorded] = await Promise.all([packageTemplate(), readRecords()]);
});

/**
 * Functions with few calls, whose rights to items of `access` are limited to the kinds of items in the records. Other
 * functions also do rare work that no test records, so they are not limited: a missing right would be found too late.
 */
const LIMITED = ['remount', 'status', 'bootstrap'];

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

/** Without a real OpenBao, nothing is recorded of a service in front of one. */
const hasFront = Boolean(process.env.REFERENCE);

describe.each(FUNCTIONS)('the role of %s', (name) => {
  const grants = () =>
    grantsOf(template, `${capital(name)}Role`)
      .filter(({ action }) => !BY_AWS.test(action))
      .map((grant) => ({ ...grant, resource: plain(grant.resource) }));
  const needs = () => recorded.filter(({ functionName }) => functionName === name);

  it('grants all rights that were recorded', () => {
    const refused = needs().filter((need) => !grants().some((grant) => covers(grant, need)));
    expect(refused.map(({ action, resource, key }) => `${action} ${resource} ${key}`)).toEqual([]);
  });

  it.runIf(hasFront)('grants no right that was not recorded', () => {
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

async function readRecords(): Promise<Recorded[]> {
  const texts = await Promise.all(RECORDED.filter((of) => of !== 'front' || hasFront).map(readRecord));
  return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line));
}

async function readRecord(name: string): Promise<string> {
  return readFile(join(RECORDS, `${name}.jsonl`), 'utf8').catch(() => {
    throw new Error(`nothing is recorded of ${name}: npm run test:deep records all that is compared here`);
  });
}
