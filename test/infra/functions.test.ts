import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cubbyholePartition, tokenKey } from '../../functions/store/keys.ts';
import { deployed } from './deployed.ts';
import { FUNCTIONS, ofType, packageTemplate, type Resource, ROOT, type Template } from './packageTemplate.ts';
import { capital, functionName, grantsOf, many, rightsOf, statementsOf, tableRights } from './rights.ts';

const TABLES = ['Mounts', 'Access', 'Leases', 'Storage', 'Migrations'];
const COMMON_SETTINGS = [
  'RETENTION_DAYS',
  'NODE_OPTIONS',
  'POWERTOOLS_LOG_LEVEL',
  'POWERTOOLS_SERVICE_NAME',
  'REQUEST_LIFE_SECONDS',
];
/** Variables that do not name a resource. */
const CHOSEN: Record<string, string[]> = {
  vault: [
    'MIN_CHOSEN_ID_LENGTH',
    'SCHEDULE_DEAD_LETTERS_ARN',
    'SCHEDULE_GROUP',
    'SCHEDULE_ROLE_ARN',
    'SCHEDULE_TARGET_ARN',
  ],
  bootstrap: ['MIN_CHOSEN_ID_LENGTH'],
  remountRequested: ['EVENT_POLICIES'],
  scheduledRemount: ['SCHEDULE_GROUP'],
};
/** Timetables are named by people, in a group that holds nothing else. */
const NAMES_NO_RESOURCE = ['Trace', 'DeliverLogs', 'WatchChunks', 'KeepTimetables', 'RemoveTimetables'];

let template: Template;
let archives: Record<string, string[]>;
beforeAll(async () => {
  const packaged = await packageTemplate();
  ({ archives } = packaged);
  template = deployed(packaged.template);
});

describe('functions', () => {
  test('are those that this test names, and no others', () => {
    const names = ofType(template, 'AWS::Lambda::Function').map(([id]) => functionName(id));
    expect(names).toEqual(FUNCTIONS);
  });

  test.each([
    ['remount', 29],
    ['status', 29],
    ['vault', 29],
    ['switch', 29],
    ['revoke', 300],
    ['complete', 30],
    ['close', 300],
    ['clusterStep', 300],
    ['bulkBegin', 30],
    ['bulkChunk', 29],
    ['bulkComplete', 30],
    ['teardown', 300],
    ['reconcile', 60],
    ['ui', 5],
    ['remountRequested', 29],
    ['scheduledRemount', 29],
    ['publish', 60],
    ['bootstrap', 30],
  ])('%s runs on Node 24, from its own bundle, for %i seconds at most', (name, seconds) => {
    const { Runtime, Architectures, Timeout, Handler } = functionOf(name).Properties;

    expect({ Runtime, Architectures, Timeout }).toEqual({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: seconds,
    });
    expect(Handler).toBe(`.build/functions/${name}/index.handler`);
    expect(archives[name]).toEqual(
      ['index.mjs', 'index.mjs.map'].map((file) => `.build/functions/${name}/${file}`),
    );
  });

  test.each(FUNCTIONS)(
    '%s has variables for the tables and workflows that its role may use, and for no others',
    (name) => {
      const used = [...rightsOf(template, `${capital(name)}Role`).keys()]
        .map(environmentName)
        .filter(Boolean);
      const chosen = CHOSEN[name] ?? [];

      const settings = Object.keys(functionOf(name).Properties.Environment.Variables);
      expect(settings.sort()).toEqual([...new Set([...COMMON_SETTINGS, ...used, ...chosen])].sort());
    },
  );

  test.each(FUNCTIONS)('%s has a client for workflows exactly if it has a variable for one', async (name) => {
    const { Variables } = functionOf(name).Properties.Environment;
    const isTold = Object.keys(Variables).some((variable) => variable.endsWith('_STATE_MACHINE_ARN'));

    const bundle = await readFile(join(ROOT, '.build', 'functions', name, 'index.mjs'), 'utf8');
    expect(bundle.includes('ExecutionAlreadyExists')).toBe(isTold);
  });

  test('behind the API live as long as a request, which is as long as API Gateway waits', () => {
    const { Properties } = functionOf('vault');
    const waits = JSON.stringify(template.Resources.Api).match(/(?<="timeoutInMillis":)\d+/g);

    expect(Number(Properties.Environment.Variables.REQUEST_LIFE_SECONDS)).toBe(Properties.Timeout);
    expect(new Set(waits)).toEqual(new Set([`${1000 * Properties.Timeout}`]));
  });

  test('are invoked by named sources only, and bootstrap by none', () => {
    const permissions = ofType(template, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);

    const invoked = new Set(permissions.map(({ FunctionName }) => functionName(FunctionName.Ref)));
    expect(invoked).toEqual(new Set(['remount', 'status', 'vault', 'ui', 'reconcile', 'remountRequested']));
    for (const { SourceArn } of permissions) expect(SourceArn).toBeDefined();
    expect(ofType(template, 'AWS::Lambda::Url')).toEqual([]);
  });
});

describe('rights', () => {
  test.each(FUNCTIONS)('of %s belong to its own role, which writes only to its own log', (name) => {
    const role = `${capital(name)}Role`;

    expect(functionOf(name).Properties.Role).toEqual({ 'Fn::GetAtt': [role, 'Arn'] });
    const logs = [...rightsOf(template, role)].filter(([, actions]) =>
      actions.some((action) => /^logs:/.test(action)),
    );
    expect(logs).toEqual([[`${capital(name)}LogGroup`, ['logs:CreateLogStream', 'logs:PutLogEvents']]]);
  });

  test.each(FUNCTIONS)('of %s are those in the documentation', async (name) => {
    const [, cells] = (await documentedRights()).find(([documented]) => documented === name) ?? ['', []];
    const role = `${capital(name)}Role`;

    const actual = TABLES.map((table) => tableRights(template, role, `${table}Table`).sort());
    const started = [...rightsOf(template, role)].filter(([, actions]) =>
      actions.includes('states:StartExecution'),
    );
    const machines = started.map(([machine]) => machine.replace('StateMachine', '').toLowerCase());
    expect([...actual, machines]).toEqual(cells);
  });

  test('are never granted by wildcard, except where AWS has no resource to name', () => {
    const roles = ofType(template, 'AWS::IAM::Role');
    const statements = roles.flatMap(([, role]) => statementsOf(role));

    expect(statements.flatMap(({ Action }) => many(Action)).filter((action) => action.includes('*'))).toEqual(
      [],
    );
    const everywhere = statements.filter(({ Resource }) => JSON.stringify(Resource).includes('*'));
    expect(everywhere.filter(({ Sid }) => !NAMES_NO_RESOURCE.includes(Sid))).toEqual([]);
    const managed = roles
      .filter(([, { Properties }]) => Properties.ManagedPolicyArns?.length > 0)
      .map(([id]) => id);
    expect(managed).toEqual(['ApiGatewayLogRole']);
  });

  test('of status change nothing', () => {
    const actions = [...rightsOf(template, 'StatusRole').values()].flat();

    expect(actions.filter((action) => /Put|Update|Delete|Write|Start|Send/.test(action)).sort()).toEqual([
      'logs:PutLogEvents',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
  });

  test('of ui reach no data at all, not even the key', () => {
    expect([...rightsOf(template, 'UiRole').keys()]).toEqual(['*', 'UiLogGroup']);
  });

  test('of remount to count the use of a token reach tokens only', () => {
    const updates = grantsOf(template, 'RemountRole').filter(({ action }) => /UpdateItem$/.test(action));

    expect(updates).toEqual([
      {
        action: 'dynamodb:UpdateItem',
        resource: 'AccessTable',
        keys: [tokenKey('*').pk],
        attributes: ['pk', 'sk', 'usesLeft', 'revoked'],
      },
    ]);
  });

  test.each(['revoke', 'close', 'teardown'])('of %s can only delete tokens and credentials', (name) => {
    const rights = ['Access', 'Storage'].flatMap((table) =>
      tableRights(template, `${capital(name)}Role`, `${table}Table`),
    );

    const verbs = new Set(rights.map((right) => right.replace(/\(.*/, '')));
    expect(verbs).toEqual(new Set(['BatchGet', 'Query', 'BatchDelete']));
  });

  test.each(['revoke', 'close', 'teardown'])('of %s read no secret', (name) => {
    const reading = tableRights(template, `${capital(name)}Role`, 'StorageTable').filter(
      (right) => !right.startsWith('BatchDelete'),
    );

    expect(reading).toEqual([name === 'teardown' ? 'Query(keys)' : `Query(${cubbyholePartition('*')},keys)`]);
  });

  test('to say where a migration goes belong to the functions that start one', () => {
    const mayRedirect = (name: string) =>
      grantsOf(template, `${capital(name)}Role`).some(
        ({ action, resource, keys, attributes }) =>
          resource === 'MigrationsTable' &&
          /(Put|Update|BatchWrite)Item$/.test(action) &&
          keys === undefined &&
          (attributes === undefined || attributes.includes('target')),
      );

    expect(FUNCTIONS.filter(mayRedirect)).toEqual([
      'remount',
      'vault',
      'bulkChunk',
      'remountRequested',
      'scheduledRemount',
    ]);
  });

  test('do not include a network or a secret', () => {
    const granted = FUNCTIONS.flatMap((name) =>
      [...rightsOf(template, `${capital(name)}Role`).values()].flat(),
    );

    expect(granted.filter((action) => /^(ec2|secretsmanager):/.test(action))).toEqual([]);
    for (const name of FUNCTIONS) expect(functionOf(name).Properties).not.toHaveProperty('VpcConfig');
  });
});

function functionOf(name: string): Resource {
  return template.Resources[`${capital(name)}LambdaFunction`] as Resource;
}

/** The setting that tells a function of a resource: `MountsTable` → `MOUNTS_TABLE`. A stream is brought to it. */
function environmentName(resource: string): string {
  if (resource === 'RemountBus') return 'EVENT_BUS';
  const [, name, kind] = /^(\w+)(Table|StateMachine)$/.exec(resource) ?? [];
  if (!name) return '';
  return kind === 'Table' ? `${name.toUpperCase()}_TABLE` : `${name.toUpperCase()}_STATE_MACHINE_ARN`;
}

/** The rows of the table in docs/deployment.md: function → rights per table, and what it starts. */
async function documentedRights(): Promise<[string, string[][]][]> {
  const text = await readFile(join(ROOT, 'docs', 'deployment.md'), 'utf8');
  const [, table = ''] = /\| starts +\|\n\|[-| ]+\|\n((?:\|.*\n)+)/.exec(text) ?? [];
  const [, all = ''] = /`all` is ([\w ]+);/.exec(text) ?? [];
  return table.split('\n').map((row) => {
    const [, name = '', ...cells] = row.split('|').map((cell) => cell.replaceAll('\\', '').trim());
    const words = cells.slice(0, -1).map((cell) =>
      cell
        .replace(/\ball\b/, all)
        .split(' ')
        .filter(Boolean),
    );
    return [name, words.map((rights, column) => (column < TABLES.length ? rights.sort() : rights))];
  });
}
