/** What the account has already of what a deployment would make. It only reads. */

import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { paginateListBuckets, S3Client } from '@aws-sdk/client-s3';
import type { Plan } from './plan.ts';

export interface Stack {
  status: string;
  /**
   * The names or ids by which AWS knows the resources of the stack. A resource that was to be deleted is none of them, also
   * if it was kept or could not be deleted: the next deployment makes another one.
   */
  resources: Set<string>;
}

export interface Instances {
  /** That run at the same time in the whole account, at most. */
  most: number;
  unreserved: number;
  /** Reserved for the functions of the plan that reserve some, by name. */
  reserved: Map<string, number>;
}

/** A part that could not be looked at is absent. */
export interface Account {
  stack?: Stack | 'none';
  instances?: Instances;
  /** The ARN of the role with which API Gateway writes logs. */
  logRole?: string | 'none';
  tables?: { name: string; isProtected: boolean }[];
  /** Whether there is a key with the alias of the plan. */
  hasAlias?: boolean;
  logGroups?: string[];
  /** Buckets named as CloudFormation names the one for the code of the stack. */
  buckets?: string[];
  unseen: Unseen[];
}

/** A look that AWS did not answer. */
interface Unseen {
  what: string;
  error: Error;
}

/** For each request. A wrong region has no address to connect to. */
const CONNECT_MS = 5_000;
const ANSWER_MS = 20_000;

/** Finds the credentials as AWS's own command line does. */
export async function readAccount(plan: Plan): Promise<Account> {
  const settings = {
    region: plan.region,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS },
  };
  const account: Account = { unseen: [] };
  const look = async <Part extends keyof Account>(
    what: string,
    part: Part,
    reader: (settings: object, plan: Plan) => Promise<Account[Part]>,
  ): Promise<Unseen[]> => {
    try {
      account[part] = await reader(settings, plan);
      return [];
    } catch (error) {
      return [{ what, error: error as Error }];
    }
  };
  const unseen = await Promise.all([
    look('the stack', 'stack', readStack),
    look('the quota of functions', 'instances', readInstances),
    look('the role for logs', 'logRole', readLogRole),
    look('tables', 'tables', readTables),
    look('the key alias', 'hasAlias', findAlias),
    look('log groups', 'logGroups', readLogGroups),
    look('buckets', 'buckets', readBuckets),
  ]);
  return { ...account, unseen: unseen.flat() };
}

async function readStack(settings: object, { stack }: Plan): Promise<Stack | 'none'> {
  const client = new CloudFormationClient(settings);
  const isAbsent = ({ name, message }: Error) => name === 'ValidationError' && /does not exist/.test(message);
  const described = await unless(isAbsent, client.send(new DescribeStacksCommand({ StackName: stack })));
  const status = described?.Stacks?.[0]?.StackStatus;
  if (!status) return 'none';
  const resources = new Set<string>();
  for await (const page of paginateListStackResources({ client }, { StackName: stack }))
    for (const { PhysicalResourceId, ResourceStatus } of page.StackResourceSummaries ?? [])
      if (PhysicalResourceId && !ResourceStatus?.startsWith('DELETE_')) resources.add(PhysicalResourceId);
  return { status, resources };
}

async function readInstances(settings: object, { functions }: Plan): Promise<Instances> {
  const client = new LambdaClient(settings);
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions: most = 0, UnreservedConcurrentExecutions: unreserved = 0 } =
    AccountLimit ?? {};
  const reserved = functions
    .filter((one) => one.reserved > 0)
    .map(async ({ name }) => {
      const ask = client.send(new GetFunctionConcurrencyCommand({ FunctionName: name }));
      const found = await unless(isNamed('ResourceNotFoundException'), ask);
      return [name, found?.ReservedConcurrentExecutions ?? 0] as const;
    });
  return { most, unreserved, reserved: new Map(await Promise.all(reserved)) };
}

async function readLogRole(settings: object): Promise<string | 'none'> {
  const { cloudwatchRoleArn } = await new APIGatewayClient(settings).send(new GetAccountCommand({}));
  return cloudwatchRoleArn || 'none';
}

async function readTables(settings: object, { tables }: Plan): Promise<Account['tables']> {
  const client = new DynamoDBClient(settings);
  const looks = tables.map(async (name) => {
    const ask = client.send(new DescribeTableCommand({ TableName: name }));
    const found = await unless(isNamed('ResourceNotFoundException'), ask);
    return found ? [{ name, isProtected: found.Table?.DeletionProtectionEnabled ?? false }] : [];
  });
  return (await Promise.all(looks)).flat();
}

async function findAlias(settings: object, { alias }: Plan): Promise<boolean> {
  const ask = new KMSClient(settings).send(new DescribeKeyCommand({ KeyId: alias }));
  return (await unless(isNamed('NotFoundException'), ask)) !== undefined;
}

async function readLogGroups(settings: object, { logGroups, stack }: Plan): Promise<string[]> {
  const client = new CloudWatchLogsClient(settings);
  const beginnings = new Set(logGroups.map((name) => name.slice(0, name.indexOf(stack) + stack.length)));
  const found: string[] = [];
  for (const logGroupNamePrefix of beginnings)
    for await (const page of paginateDescribeLogGroups({ client }, { logGroupNamePrefix }))
      found.push(...(page.logGroups ?? []).map(({ logGroupName = '' }) => logGroupName));
  return found.filter((name) => logGroups.includes(name));
}

async function readBuckets(settings: object, { stack, region }: Plan): Promise<string[]> {
  const client = new S3Client(settings);
  const prefix = `${stack}-serverlessdeploymentbucket-`.toLowerCase();
  const found: string[] = [];
  for await (const page of paginateListBuckets({ client }, { Prefix: prefix, BucketRegion: region }))
    found.push(...(page.Buckets ?? []).map(({ Name = '' }) => Name));
  return found.filter((name) => name.startsWith(prefix));
}

/** @returns nothing if the answer is an error of that kind */
async function unless<T>(kind: (error: Error) => boolean, answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: Error) => {
    if (kind(error)) return undefined;
    throw error;
  });
}

function isNamed(name: string): (error: Error) => boolean {
  return (error) => error.name === name;
}
