import { beforeAll, describe, expect, test } from 'vitest';
import type { Account, Stack } from '../../infra/preflight/account.ts';
import { ofAccount, ofPlan } from '../../infra/preflight/findings.ts';
import { type Plan, readPlan } from '../../infra/preflight/plan.ts';
import { deployed } from './deployed.ts';
import { ofType, packageTemplate, type Template } from './packageTemplate.ts';

const PLACE = { stage: 'prod', region: 'eu-central-1' };
const PARAMS = {
  protectsTables: 'no',
  clusterAddress: 'https://vault.example:8200',
  clusterStepConcurrency: '10',
  bootstrapConcurrency: '2',
};

let plan: Plan;
let template: Template;
beforeAll(async () => {
  const params = Object.entries(PARAMS).map(([name, value]) => `${name}=${value}`);
  const [read, packaged] = await Promise.all([readPlan({ ...PLACE, params }), packageTemplate(PARAMS)]);
  plan = read;
  template = deployed(packaged.template);
});

/** The names that a kind of resource gets, as CloudFormation makes them. */
const names = (type: string, property: string) =>
  ofType(template, type).map(([, { Properties }]) => {
    const name = Properties[property];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is CloudFormation's
    return String(name['Fn::Sub'] ?? name).replace('${AWS::StackName}', 'remount-prod');
  });

describe('what preflight takes for the deployment', () => {
  test('is what the packaged template says', () => {
    const instances = ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => ({
      name: Properties.FunctionName,
      reserved: Properties.ReservedConcurrentExecutions ?? 0,
    }));

    expect(plan.functions).toEqual(instances);
    expect(plan.functions.filter(({ reserved }) => reserved > 0)).toEqual([
      { name: 'remount-prod-clusterStep', reserved: 10 },
      { name: 'remount-prod-bootstrap', reserved: 2 },
    ]);
    expect(plan.tables).toEqual(names('AWS::DynamoDB::Table', 'TableName'));
    expect([plan.alias]).toEqual(names('AWS::KMS::Alias', 'AliasName'));
    expect(plan.logGroups.toSorted()).toEqual(names('AWS::Logs::LogGroup', 'LogGroupName').sort());
    expect(plan).toMatchObject({ stack: 'remount-prod', setsApiGatewayRole: true, protectsTables: false });
  });

  test('follows the parameters', async () => {
    const other = await readPlan({ ...PLACE, params: ['setsApiGatewayRole=no'] });

    expect(other).toMatchObject({ setsApiGatewayRole: false, protectsTables: true });
    expect(other.functions.filter(({ reserved }) => reserved > 0)).toEqual([]);
  });

  test.each([
    [{ params: ['clusterAddress=https://vault.example:8200'] }, 'clusterStepConcurrency must be set'],
    [{ params: ['moverate=7'] }, '--param names no parameter of infra/params.yml: moverate'],
    [{ stage: 'my_stage', params: [] }, 'Invalid stage name'],
    [{ region: 'eu-central-9', params: [] }, "Configuration error at 'provider.region'"],
  ])('is refused in one line if it cannot be: %j', async (order, text) => {
    const refused = readPlan({ ...PLACE, ...order }).catch((error: Error) => error.message);

    expect(await refused).toContain(text);
    expect(await refused).not.toContain('\n');
  });
});

describe('preflight, before it asks AWS,', () => {
  const named = (stage: string): Plan => ({
    ...plan,
    stage,
    functions: plan.functions.map(({ name, reserved }) => ({ name: name.replace('prod', stage), reserved })),
  });

  test('allows the longest stage whose functions can be named, and refuses a longer one', () => {
    const longest = named('s'.repeat(39));

    expect(Math.max(...longest.functions.map(({ name }) => name.length))).toBe(64);
    expect(ofPlan(longest)).toEqual([]);
    expect(ofPlan(named('s'.repeat(40)))).toEqual([
      { fails: true, text: expect.stringMatching(/40 characters: use 39 at most/) },
    ]);
  });

  test.each(['cn-north-1', 'us-iso-east-1'])('refuses the region %s', (region) => {
    expect(ofPlan({ ...plan, region })).toEqual([{ fails: true, text: expect.stringContaining(region) }]);
  });
});

describe('preflight, in an account,', () => {
  const stackOf = (status: string, ...resources: string[]): Stack => ({
    status,
    resources: new Set(resources),
  });
  const EMPTY = stackOf('CREATE_COMPLETE');
  const FREE = { most: 1000, unreserved: 1000, reserved: new Map() };
  const TABLE = { name: 'remount-prod-mounts', isProtected: true };
  const ROLE = 'arn:aws:iam::111122223333:role/logs';
  const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
  const failed = Object.assign(new Error('no answer\nfor a minute'), { name: 'TimeoutError' });

  test('finds nothing where nothing is', () => {
    const account: Account = {
      stack: 'none',
      instances: FREE,
      logRole: 'none',
      tables: [],
      hasAlias: false,
      logGroups: [],
      buckets: [],
      unseen: [],
    };
    expect(ofAccount(plan, account)).toEqual([]);
  });

  test.each<[string, Partial<Account>, Partial<Plan>, boolean, string]>([
    [
      'a stack that failed to be made',
      { stack: stackOf('ROLLBACK_COMPLETE') },
      {},
      true,
      'npx osls remove --stage prod',
    ],
    [
      'a stack that failed to be deleted',
      { stack: stackOf('DELETE_FAILED') },
      {},
      true,
      'npx osls remove --stage prod',
    ],
    [
      'a stack that nobody made',
      { stack: stackOf('REVIEW_IN_PROGRESS') },
      {},
      true,
      'npx osls remove --stage prod',
    ],
    ['a stack in change', { stack: stackOf('UPDATE_IN_PROGRESS') }, {}, true, 'wait until'],
    [
      'a stack that cannot go back',
      { stack: stackOf('UPDATE_ROLLBACK_FAILED') },
      {},
      true,
      'continue-update-rollback',
    ],
    [
      'a stack that failed to change',
      { stack: stackOf('UPDATE_FAILED') },
      {},
      true,
      ' rollback-stack --region',
    ],
    [
      'too small a quota',
      { instances: { ...FREE, unreserved: 10 } },
      {},
      true,
      'clusterStepConcurrency and bootstrap',
    ],
    ['a quota one too small', { instances: { ...FREE, unreserved: 111 } }, {}, true, '12 more instances'],
    [
      'a small account',
      { instances: { ...FREE, most: 10 } },
      { functions: [] },
      false,
      '10 instances of functions',
    ],
    ['no role for logs', { stack: EMPTY, logRole: 'none' }, { setsApiGatewayRole: false }, true, '"yes"'],
    ['the role of others', { stack: EMPTY, logRole: ROLE }, {}, false, 'set setsApiGatewayRole to "no"'],
    ['tables', { stack: 'none', tables: [TABLE] }, {}, true, 'may hold its data: remount-prod-mounts.'],
    ['no tables yet', { stack: 'none', tables: [] }, { protectsTables: true }, false, 'protectsTables=no'],
    [
      'tables that lose their protection',
      { stack: stackOf('UPDATE_COMPLETE', TABLE.name), tables: [TABLE] },
      { protectsTables: false },
      false,
      'except the first time',
    ],
    ['an alias', { stack: EMPTY, hasAlias: true }, {}, true, '--alias-name alias/remount-prod'],
    [
      'a log group',
      { stack: EMPTY, logGroups: ['/aws/lambda/remount-prod-vault'] },
      {},
      true,
      'remount-prod-vault.',
    ],
    [
      'a bucket',
      { stack: 'none', buckets: ['remount-prod-serverlessdeploymentbucket-1'] },
      {},
      false,
      's3 rb --force',
    ],
    [
      'what it may not see',
      { unseen: [{ what: 'tables', error: denied }] },
      {},
      false,
      'not checked: tables',
    ],
    [
      'what does not answer',
      { unseen: [{ what: 'tables', error: failed }] },
      {},
      true,
      '(TimeoutError: no answer)',
    ],
  ])('tells of %s in one line', (_, account, changes, fails, text) => {
    const findings = ofAccount({ ...plan, ...changes }, { unseen: [], ...account });

    expect(findings).toEqual([{ fails, text: expect.stringContaining(text) }]);
    expect(findings[0]?.text).not.toContain('\n');
  });

  test('accepts what belongs to the stack, and counts what its functions have reserved', () => {
    const role = 'remount-prod-ApiGatewayLogRole-1';
    const bucket = 'remount-prod-serverlessdeploymentbucket-1';
    const group = '/aws/lambda/remount-prod-vault';
    const account: Account = {
      stack: stackOf('UPDATE_ROLLBACK_COMPLETE', TABLE.name, plan.alias, group, bucket, role),
      instances: {
        most: 200,
        unreserved: 102,
        reserved: new Map([
          ['remount-prod-clusterStep', 10],
          ['remount-prod-bootstrap', 0],
        ]),
      },
      logRole: `arn:aws:iam::111122223333:role/${role}`,
      tables: [TABLE],
      hasAlias: true,
      logGroups: [group],
      buckets: [bucket],
      unseen: [],
    };
    expect(ofAccount({ ...plan, protectsTables: true }, account)).toEqual([]);
  });
});
