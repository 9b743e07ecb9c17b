import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { APIGatewayClient, UpdateAccountCommand } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LocalServer, startLocalServer } from '../../infra/local/localServer.ts';
import { AWS, hasMoto, type Moto, startMoto } from '../support/moto.ts';
import { ROOT } from './packageTemplate.ts';

const PREFLIGHT = join(ROOT, 'infra', 'preflight', 'preflight.ts');
const TABLES = ['mounts', 'access', 'leases', 'storage', 'migrations'].map((name) => `remount-prod-${name}`);
const KEYS = { accessKeyId: 'testing', secretAccessKey: 'testing' };

/** What the stand-in for Lambda says: moto does not know the quota of an account. */
let unreserved = 1000;
let reserved = new Map<string, number>();

/** What the stand-in for CloudFormation says, if a test uses it: in moto, nothing fails. */
let stack: { statuses: string[]; resources: [name: string, status: string][] } | undefined;

let moto: Moto;
let lambda: LocalServer;
let cloudFormation: LocalServer;
let settings: { endpoint: string; region: string; credentials: typeof KEYS };

/** Answers as Lambda does to the two questions that preflight asks. */
function answerAsLambda(path: string): [status: number, body: object] {
  if (path === '/2016-08-19/account-settings')
    return [
      200,
      { AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: unreserved } },
    ];
  const [, name = ''] = /^\/2019-09-30\/functions\/([^/]+)\/concurrency$/.exec(path) ?? [];
  const count = reserved.get(name);
  return count === undefined
    ? [404, { Type: 'User', Message: 'Function not found' }]
    : [200, { ReservedConcurrentExecutions: count }];
}

/** Answers as CloudFormation does to the two questions that preflight asks. The last state of the stack stays. */
function answerAsCloudFormation(action: string): string {
  const { statuses, resources } = stack as NonNullable<typeof stack>;
  const status = statuses.length > 1 ? statuses.shift() : statuses[0];
  const ids = '<StackName>remount-prod</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>';
  const members = resources.map(
    ([name, is]) =>
      `<member><PhysicalResourceId>${name}</PhysicalResourceId><ResourceStatus>${is}</ResourceStatus></member>`,
  );
  const result = {
    DescribeStacks: `<Stacks><member>${ids}<StackStatus>${status}</StackStatus></member></Stacks>`,
    ListStackResources: `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>`,
  }[action];
  return `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
}

const isThere = await hasMoto();

// AWS's command line is started two dozen times.
describe.runIf(isThere)('npm run preflight', { timeout: 240_000 }, () => {
  beforeAll(async () => {
    moto = await startMoto();
    lambda = await startLocalServer(({ url = '' }, response) => {
      const [status, body] = answerAsLambda(url.replace(/\/$/, ''));
      const type = status === 404 ? { 'x-amzn-errortype': 'ResourceNotFoundException' } : {};
      response.writeHead(status, { 'content-type': 'application/json', ...type }).end(JSON.stringify(body));
    });
    cloudFormation = await startLocalServer(async (request, response) => {
      const asked = new URLSearchParams(await text(request));
      response.setHeader('content-type', 'text/xml');
      response.end(answerAsCloudFormation(asked.get('Action') ?? ''));
    });
    settings = { endpoint: moto.endpoint, region: 'eu-central-1', credentials: KEYS };
  });
  afterAll(async () => {
    lambda.stop();
    cloudFormation.stop();
    await moto.stop();
  });
  beforeEach(async () => {
    unreserved = 1000;
    reserved = new Map();
    stack = undefined;
    await moto.reset();
  });

  /** The environment in which AWS's own programs reach moto. */
  const environment = () => ({
    PATH: process.env.PATH,
    HOME: join(ROOT, '.build'),
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
    ...(stack && { AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.endpoint }),
  });

  async function preflight(...params: string[]): Promise<{ code: number; lines: string[] }> {
    const given = params.map((param) => `--param=${param}`);
    const args = [PREFLIGHT, '--stage', 'prod', '--region', 'eu-central-1', ...given];
    const ended = promisify(execFile)(process.execPath, args, { cwd: ROOT, env: environment() });
    const { code = 0, stdout } = (await ended.catch((error: { code: number; stdout: string }) => error)) as {
      code?: number;
      stdout: string;
    };
    return { code, lines: stdout.trimEnd().split('\n') };
  }

  /** What a deployment with protected tables leaves when CloudFormation cannot take it back. @returns the id of the key */
  async function leaveBehind(): Promise<string> {
    const { KeyMetadata } = await new KMSClient(settings).send(new CreateKeyCommand({}));
    const KMSMasterKeyId = KeyMetadata?.Arn;
    const client = new DynamoDBClient(settings);
    for (const TableName of TABLES)
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId },
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        }),
      );
    return KeyMetadata?.KeyId as string;
  }

  test('finds nothing in the way of a first deployment', async () => {
    expect(await preflight('protectsTables=no')).toEqual({
      code: 0,
      lines: ['Nothing is in the way of the deployment.'],
    });
  });

  test('names what an earlier deployment has left, and what shares the names of others is not in the way', async () => {
    const key = await leaveBehind();
    await new KMSClient(settings).send(
      new CreateAliasCommand({ AliasName: 'alias/remount-prod', TargetKeyId: key }),
    );
    const logs = new CloudWatchLogsClient(settings);
    for (const logGroupName of ['/aws/lambda/remount-prod-vault', '/aws/lambda/remount-prod-eu-vault'])
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    for (const Bucket of ['remount-prod-serverlessdeploymentbucket-x1', 'remount-prod-other'])
      await new S3Client({ ...settings, forcePathStyle: true }).send(
        new CreateBucketCommand({ Bucket, CreateBucketConfiguration }),
      );

    const { code, lines } = await preflight('protectsTables=no');
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(`^fails: tables .* its data: ${TABLES.join(', ')}\\. See `),
      expect.stringMatching(/^fails: the key alias .* --alias-name alias\/remount-prod /),
      expect.stringMatching(/^fails: log groups .* in the way: \/aws\/lambda\/remount-prod-vault\. /),
      expect.stringMatching(/^note: {2}the bucket remount-prod-serverlessdeploymentbucket-x1 /),
      'The deployment would fail.',
    ]);
  });

  /** Runs the first commands below a text of the guide. @returns what they print, and what bash prints of each */
  async function follow(heading: string): Promise<{ stdout: string; stderr: string }> {
    const guide = await readFile(join(ROOT, 'docs', 'deployment.md'), 'utf8');
    const [, commands = ''] = /```sh\n([\s\S]*?)```/.exec(guide.slice(guide.indexOf(heading))) ?? [];
    // Nothing to wait for here.
    const shell = ['-eux', '-c', `PATH=${join(AWS, '..')}:$PATH\nsleep() { :; }\n${commands}`];
    return promisify(execFile)('bash', ['--norc', ...shell], { env: environment() });
  }

  test.each([
    [
      'UPDATE_ROLLBACK_COMPLETE',
      ['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'],
    ],
    ['ROLLBACK_COMPLETE', ['ROLLBACK_IN_PROGRESS']],
    ['CREATE_COMPLETE', []],
    ['REVIEW_IN_PROGRESS', []],
  ])('is asked after the wait of the documentation, which ends at %s', async (last, before) => {
    stack = { statuses: [...before, last], resources: [] };

    expect((await follow('**Wait until CloudFormation has taken it back**')).stdout).toBe(`${last}\n`);
  });

  test('finds nothing any more after the commands of the documentation, also if the key is being deleted', async () => {
    const key = await leaveBehind();
    await new KMSClient(settings).send(new ScheduleKeyDeletionCommand({ KeyId: key }));

    const { stderr } = await follow('### Delete the tables and the key\n');

    // moto takes tables away without their key as well.
    const run = [...stderr.matchAll(/^\+ aws \S+ ((?:cancel|enable|update|delete|schedule)-\S+)/gm)];
    expect(run.map(([, command]) => command)).toEqual([
      'cancel-key-deletion',
      'enable-key',
      ...TABLES.flatMap(() => ['update-table', 'delete-table']),
      'schedule-key-deletion',
    ]);
    expect((await preflight('protectsTables=no')).code).toBe(0);
    const { KeyMetadata } = await new KMSClient(settings).send(new DescribeKeyCommand({ KeyId: key }));
    expect(KeyMetadata?.KeyState).toBe('PendingDeletion');
  });

  test('does not count what belongs to the stack', async () => {
    const Resources = {
      DataKey: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {} } },
      Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/remount-prod-vault' } },
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'remount-prod-mounts',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        },
      },
    };
    await new CloudFormationClient(settings).send(
      new CreateStackCommand({ StackName: 'remount-prod', TemplateBody: JSON.stringify({ Resources }) }),
    );

    expect((await preflight()).lines).toEqual(['Nothing is in the way of the deployment.']);
    expect((await preflight('protectsTables=no')).lines[0]).toMatch(
      /^note: {2}the tables would not be protected/,
    );
  });

  test('counts what a failed first deployment has left as not of the stack', async () => {
    await leaveBehind();
    const value = 'arn:aws:iam::123456789012:role/remount-prod-ApiGatewayLogRole-1';
    await new APIGatewayClient(settings).send(
      new UpdateAccountCommand({ patchOperations: [{ op: 'replace', path: '/cloudwatchRoleArn', value }] }),
    );
    const [mounts = '', ...others] = TABLES;
    stack = {
      statuses: ['UPDATE_ROLLBACK_COMPLETE'],
      resources: [
        ['remount-prod-serverlessdeploymentbucket-1', 'CREATE_COMPLETE'],
        ['remount-prod-ApiGatewayLogRole-1', 'DELETE_SKIPPED'],
        [mounts, 'DELETE_COMPLETE'],
        ...others.map((name): [string, string] => [name, 'DELETE_FAILED']),
      ],
    };

    const { code, lines } = await preflight('protectsTables=no');
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(
        /^note: {2}API Gateway has a role for logs already, remount-prod-ApiGatewayLogRole-1, /,
      ),
      expect.stringMatching(`^fails: tables .* its data: ${TABLES.join(', ')}\\. See `),
      'The deployment would fail.',
    ]);
  });

  test('compares the quota of the account with what the parameters reserve', async () => {
    unreserved = 10;
    const cluster = ['clusterAddress=https://vault.example:8200', 'clusterStepConcurrency=10'];

    expect((await preflight('protectsTables=no')).code).toBe(0);
    expect((await preflight('protectsTables=no', ...cluster)).lines).toEqual([
      expect.stringMatching(/^fails: clusterStepConcurrency would reserve 10 more .* has 10 to reserve from/),
      'The deployment would fail.',
    ]);
    reserved.set('remount-prod-clusterStep', 10);
    expect((await preflight('protectsTables=no', ...cluster)).code).toBe(0);
  });

  test('knows whether API Gateway has a role for logs', async () => {
    expect((await preflight('protectsTables=no', 'setsApiGatewayRole=no')).lines[0]).toMatch(
      /^fails: .* no role/,
    );
    const value = 'arn:aws:iam::123456789012:role/logs';
    await new APIGatewayClient(settings).send(
      new UpdateAccountCommand({ patchOperations: [{ op: 'replace', path: '/cloudwatchRoleArn', value }] }),
    );

    expect((await preflight('protectsTables=no', 'setsApiGatewayRole=no')).code).toBe(0);
    expect((await preflight('protectsTables=no')).lines).toEqual([
      expect.stringMatching(/^note: {2}API Gateway has a role for logs already, logs, /),
      'Nothing is in the way of the deployment.',
    ]);
  });
});
