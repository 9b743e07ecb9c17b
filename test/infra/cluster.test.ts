import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { deployed, holdersOf } from './deployed.ts';
import { FUNCTIONS, ofType, packageTemplate, ROOT, type Template } from './packageTemplate.ts';
import { capital, statementsOf } from './rights.ts';

/** The functions that only read the cluster. */
const READERS = ['bulkChunk', 'remount', 'remountRequested', 'scheduledRemount', 'status', 'vault'];

/** Those that change it. Only state machines invoke them. */
const MOVERS = ['bulkBegin', 'bulkComplete', 'clusterStep'];

const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:remount-';
const CERTIFICATE = String.raw`-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`;
const PARAMS = {
  clusterAddress: 'https://vault.example:8200',
  clusterReadRoleId: 'reader',
  clusterReadSecretArn: `${SECRET}read-AbCdEf`,
  clusterMoveRoleId: 'mover',
  clusterMoveSecretArn: `${SECRET}move-AbCdEf`,
  clusterStepConcurrency: 'none',
};
const EVERYTHING = {
  ...PARAMS,
  clusterNamespace: 'admin',
  clusterNodes: 'https://10.0.0.1:8200=https://vault-1.example:8200',
  clusterCaCert: CERTIFICATE,
  clusterLoginPath: 'auth/machines/',
  clusterSubnets: 'subnet-1,subnet-2',
  clusterSecurityGroups: 'sg-1',
  clusterStepConcurrency: '3',
};

let none: Template;
let least: Template;
let all: Template;
/** As it is packaged. */
let whole: Template;
beforeAll(async () => {
  const [without, ...others] = await Promise.all(
    [{}, PARAMS, EVERYTHING].map((params) => packageTemplate(params)),
  );
  none = deployed((without as { template: Template }).template);
  whole = (others[1] as { template: Template }).template;
  [least, all] = others.map(({ template }) => deployed(template)) as [Template, Template];
});

function propertiesOf({ Resources }: Template, name: string) {
  return Resources[`${capital(name)}LambdaFunction`]?.Properties;
}

function clusterVariables(template: Template, name: string): Record<string, string> {
  const variables = Object.entries<string>(propertiesOf(template, name).Environment.Variables);
  return Object.fromEntries(
    variables.filter(([variable]) => variable.startsWith('CLUSTER_') && !variable.endsWith('_ARN')),
  );
}

const secretOf = (template: Template, name: string) =>
  propertiesOf(template, name).Environment.Variables.CLUSTER_SECRET_ARN;

describe('a stack without a cluster', () => {
  test.each([...READERS, ...MOVERS])('does not tell %s of one', (name) => {
    expect(clusterVariables(none, name)).toEqual({});
    expect(secretOf(none, name)).toBeUndefined();
  });

  test('has no alarm about one, and reserves no instance for it', () => {
    const alarms = ofType(none, 'AWS::CloudWatch::Alarm').map(([id]) => id);

    expect(alarms.filter((id) => /^Cluster(?!Execution|StepFunction)/.test(id))).toEqual([]);
    expect(propertiesOf(none, 'clusterStep')).not.toHaveProperty('ReservedConcurrentExecutions');
  });
});

describe('a stack with a cluster', () => {
  test.each(READERS)('lets %s log in to read, and tells it nothing else', (name) => {
    expect(clusterVariables(least, name)).toEqual({
      CLUSTER_ADDR: PARAMS.clusterAddress,
      CLUSTER_LOGIN_PATH: 'auth/approle/',
      CLUSTER_ROLE_ID: 'reader',
    });
    expect(secretOf(least, name)).toBe(PARAMS.clusterReadSecretArn);
  });

  test('lets only functions that no client reaches log in to move and revoke', () => {
    for (const name of MOVERS) {
      expect(clusterVariables(least, name).CLUSTER_ROLE_ID).toBe('mover');
      expect(secretOf(least, name)).toBe(PARAMS.clusterMoveSecretArn);
    }
    const invoked = ofType(least, 'AWS::Lambda::Permission').map(
      ([, { Properties }]) => Properties.FunctionName.Ref,
    );
    for (const name of MOVERS) expect(invoked).not.toContain(`${capital(name)}LambdaFunction`);
    expect(holdersOf(least, 'LogInToMove')).toEqual(MOVERS);
    expect(holdersOf(least, 'LogInToRead')).toEqual(READERS);
    const reading = ofType(least, 'AWS::IAM::Role').flatMap(([id, role]) =>
      statementsOf(role)
        .filter(({ Action }) => JSON.stringify(Action).includes('secretsmanager'))
        .map(({ Action, Resource }) => [id, Action, Resource]),
    );
    expect(reading).toContainEqual([
      'ClusterStepRole',
      'secretsmanager:GetSecretValue',
      PARAMS.clusterMoveSecretArn,
    ]);
    expect(reading.filter(([, , secret]) => secret === PARAMS.clusterMoveSecretArn)).toHaveLength(
      MOVERS.length,
    );
    expect(reading).toHaveLength(READERS.length + MOVERS.length);
  });

  test('tells functions of a cluster exactly if they can speak to one', async () => {
    for (const name of FUNCTIONS) {
      const bundle = await readFile(join(ROOT, '.build', 'functions', name, 'index.mjs'), 'utf8');
      const isTold = propertiesOf(least, name).Environment.Variables.CLUSTER_ADDR !== undefined;
      expect([name, isTold]).toEqual([name, bundle.includes('CLUSTER_ADDR')]);
    }
  });

  test('is in no network unless the deployment names one', () => {
    for (const name of FUNCTIONS) expect(propertiesOf(least, name)).not.toHaveProperty('VpcConfig');
    expect(holdersOf(least, 'ConnectToSubnets')).toEqual([]);
  });

  test('has no circle of references, which CloudFormation would refuse', () => {
    const { Resources } = whole;
    const reference = /"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"|\$\{(\w+)/g;
    const needs = new Map(
      Object.entries(Resources).map(([id, { Properties, DependsOn = [] }]) => {
        const found = [...JSON.stringify(Properties ?? {}).matchAll(reference)];
        const names = [
          ...found.map(([, ref, attribute, part]) => ref ?? attribute ?? part ?? ''),
          ...DependsOn,
        ];
        return [id, names.filter((name) => name in Resources)];
      }),
    );
    // Takes away, again and again, what needs nothing that is left.
    for (let size = -1; size !== needs.size; ) {
      size = needs.size;
      for (const [id, named] of needs) if (!named.some((name) => needs.has(name))) needs.delete(id);
    }

    expect([...needs.keys()]).toEqual([]);
  });

  test('reserves instances only if the deployment says so, since small accounts cannot reserve any', () => {
    const reserved = FUNCTIONS.filter((name) => 'ReservedConcurrentExecutions' in propertiesOf(least, name));

    expect(reserved).toEqual([]);
    expect(propertiesOf(all, 'clusterStep').ReservedConcurrentExecutions).toBe(3);
  });

  test('is not packaged before the deployment has said how many steps run at the same time', async () => {
    const { clusterStepConcurrency: _, ...without } = PARAMS;

    await expect(packageTemplate(without)).rejects.toMatchObject({
      stdout: expect.stringContaining('clusterStepConcurrency must be set with clusterAddress'),
    });
  });

  test('passes on all that the deployment says of the cluster', () => {
    expect(clusterVariables(all, 'clusterStep')).toEqual({
      CLUSTER_ADDR: PARAMS.clusterAddress,
      CLUSTER_NAMESPACE: 'admin',
      CLUSTER_NODES: EVERYTHING.clusterNodes,
      CLUSTER_CACERT: CERTIFICATE,
      CLUSTER_LOGIN_PATH: 'auth/machines/',
      CLUSTER_ROLE_ID: 'mover',
    });
  });

  test('connects the functions that speak to it to the subnets, by rights that their code cannot use', () => {
    const connected = FUNCTIONS.filter((name) => propertiesOf(all, name).VpcConfig !== undefined).sort();

    expect(connected).toEqual([...READERS, ...MOVERS].sort());
    for (const name of connected) {
      expect(propertiesOf(all, name).VpcConfig).toEqual({
        SubnetIds: { 'Fn::Split': [',', 'subnet-1,subnet-2'] },
        SecurityGroupIds: { 'Fn::Split': [',', 'sg-1'] },
      });
    }
    expect(holdersOf(all, 'ConnectToSubnets')).toEqual(connected);
    expect(holdersOf(all, 'OnlyByLambdaItself')).toEqual(connected);
    const [allowed, denied] = ['ConnectToSubnets', 'OnlyByLambdaItself'].map((sid) =>
      statementsOf(all.Resources.StatusRole as never).find(({ Sid }) => Sid === sid),
    );
    expect(denied).toMatchObject({ Effect: 'Deny', Action: allowed?.Action, Resource: '*' });
  });

  test('is watched by alarms that read lines which the code writes', async () => {
    const filters = ofType(least, 'AWS::Logs::MetricFilter').filter(([id]) => id.includes('Cluster'));
    const lines = new Set(
      filters.map(([, { Properties }]) => /message = "([^"]+)"/.exec(Properties.FilterPattern)?.[1]),
    );
    const files = ['cluster/logUnanswered', 'cluster/moveMount', 'cluster/propagate', 'gateway/handle'];
    const texts = await Promise.all(
      files.map((file) => readFile(join(ROOT, 'functions', `${file}.ts`), 'utf8')),
    );

    expect(lines.size).toBe(5);
    for (const line of lines) expect(texts.join('')).toMatch(new RegExp(`log\\.(warn|error)\\('${line}'`));
    const logsOf = (metric: string) =>
      filters
        .filter(([, { Properties }]) => Properties.MetricTransformations[0].MetricName === metric)
        .map(([, { Properties }]) => Properties.LogGroupName.Ref.replace(/LogGroup$/, ''))
        .toSorted();
    const asking = ['BulkBegin', 'BulkChunk', 'ClusterStep', 'Remount', 'Status', 'Vault'];
    expect(logsOf('ClusterUnreachable')).toEqual(asking);
    expect(logsOf('ClusterRefuses')).toEqual(asking);
    expect(logsOf('ClusterNodesStale')).toEqual(['BulkComplete', 'ClusterStep']);
    const counted = new Set(
      filters.map(([, { Properties }]) => Properties.MetricTransformations[0].MetricName),
    );
    const read = ofType(least, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties.MetricName);
    expect([...counted].filter((metric) => !read.includes(metric))).toEqual([]);
  });
});
