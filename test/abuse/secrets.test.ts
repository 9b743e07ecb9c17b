/**
 * What is secret stays secret: planted everywhere, then looked for in every log line, error, table, announcement,
 * execution and message that was set aside (R9).
 */

import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQueues } from '../../infra/local/events.ts';
import { type Service, startService } from '../../infra/local/service.ts';
import { events, request, until } from '../events/eventService.ts';
import type { Answer } from '../support/call.ts';

type Item = Record<string, unknown>;

let service: Service;
let logs = '';
/** Texts of all answers that told of an error. */
let errors = '';
const tables = new Map<string, Item[]>();
/** What the service has told the bus, as JSON. */
let announcements = '';
/** Inputs and results of all executions. */
let executions = '';
/** What is said of the events that were set aside, apart from the events themselves: those are their senders' words. */
const setAside: string[] = [];

/** What is only ever stored as a hash. */
const credentials: string[] = [];
/** What is stored, since it has to be given back; but in no key. */
const values: string[] = [];

interface Sent {
  method?: string;
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

async function call(
  path: string,
  { method = 'POST', token = service.rootToken, body, headers }: Sent = {},
): Promise<Answer['body']> {
  const answer = await fetch(`${service.url}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': token, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (answer.status >= 400) errors += `${text}\n`;
  return text.startsWith('{') ? JSON.parse(text) : undefined;
}

function secret(kind: string): string {
  return `PLANTED-${kind}-${values.length + credentials.length}-0123456789`;
}

function plantedValue(kind: string): string {
  const value = secret(kind);
  values.push(value);
  return value;
}

function plantedCredential(kind: string): string {
  const value = secret(kind);
  credentials.push(value);
  return value;
}

/** Secrets of each kind come in, are used, moved with their mount, and sent where they do not belong. */
async function aFullRun(): Promise<void> {
  credentials.push(service.rootToken);
  await call('sys/mounts/kv', { body: { type: 'kv', options: { version: '2' } } });
  await call('kv/data/a', { body: { data: { password: plantedValue('kv2'), again: plantedValue('kv2') } } });
  await call('kv/metadata/a', { body: { custom_metadata: { owner: plantedValue('metadata') } } });
  await call('cubbyhole/a', { body: { key: plantedValue('cubbyhole') } });
  await call('sys/auth/userpass', { body: { type: 'userpass' } });
  const password = plantedCredential('password');
  await call('auth/userpass/users/bob', { body: { password } });
  const login = await call('auth/userpass/login/bob', { body: { password } });
  credentials.push(login.auth.client_token);
  await call('auth/userpass/login/bob', { body: { password: plantedCredential('wrong password') } });
  await call('sys/auth/approle', { body: { type: 'approle' } });
  await call('auth/approle/role/app', { body: {} });
  const secretId = await call('auth/approle/role/app/secret-id', { body: {} });
  credentials.push(secretId.data.secret_id);
  const own = plantedCredential('secret-id');
  await call('auth/approle/role/app/custom-secret-id', { body: { secret_id: own } });
  const { data } = await call('auth/approle/role/app/role-id', { method: 'GET' });
  const approle = await call('auth/approle/login', { body: { role_id: data.role_id, secret_id: own } });
  credentials.push(approle.auth.client_token);
  await call('sys/mounts/ssh', { body: { type: 'ssh' } });
  await call('ssh/roles/web', { body: { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' } });
  const otp = await call('ssh/creds/web', { body: { ip: '10.1.2.3' } });
  credentials.push(otp.data.key);
  const chosen = plantedCredential('token');
  await call('auth/token/create', { body: { id: chosen, policies: ['default'] } });
  const wrapped = await call('auth/token/create', { headers: { 'X-Vault-Wrap-TTL': '60' }, body: {} });
  credentials.push(wrapped.wrap_info.token);
  for (const [from, to] of [
    ['kv', 'kv-new'],
    ['ssh', 'ssh-new'],
    ['auth/userpass', 'auth/userpass-new'],
  ]) {
    const { migration_id: id } = await call('sys/remount', { body: { from, to } });
    for (let status = 'in-progress'; status === 'in-progress'; await delay(50)) {
      const info = await call(`sys/remount/status/${id}`, { method: 'GET' });
      status = info.data.migration_info.status;
    }
  }
}

/** Bulk runs, one by a schedule, of mounts that have issued something. */
async function inBulk(): Promise<void> {
  const moves = [{ from: 'ssh-new', to: 'ssh-last' }];
  await call('ssh-new/creds/web', { body: { ip: '10.1.2.3' } }).then(({ data }) =>
    credentials.push(data.key),
  );
  const end = new Date(Date.now() + 3_600_000).toISOString();
  await call('sys/remount/schedules/nightly', { body: { schedule: 'cron(0 3 * * ? *)', end, moves } });
  const { data } = await call('sys/remount/bulk', { body: { moves } });
  await until(async () => {
    const info = await call(`sys/remount/bulk/${data.bulk_id}`, { method: 'GET' });
    return info.data.bulk_info.status === 'in-progress' ? undefined : true;
  });
  await call('sys/mounts/ssh-new', { body: { type: 'ssh' } });
}

/** Requests on the bus with a secret in the wrong place: each is refused to the last, and set aside. */
async function misplacedInEvents(): Promise<void> {
  const planted = () => plantedCredential('in an event');
  const details = [
    { from: ['kv-new', planted()], to: 'x' },
    { from: 'kv-new', to: 'x', reason: { password: planted() } },
    { from: 'kv-new', to: 'x', namespace: [planted()] },
    { moves: planted() },
    { moves: [{ from: 'kv-new', to: 'x' }], tolerated_failures: planted() },
  ];
  for (const detail of details) await request(service, detail);
  await until(async () => {
    setAside.push(...(await takenFromQueues()));
    return setAside.length >= details.length ? true : undefined;
  });
}

async function takenFromQueues(): Promise<string[]> {
  const client = new SQSClient(settingsOf('SQS'));
  const said: string[] = [];
  for (const name of Object.values(await readQueues())) {
    const QueueUrl = `${service.environment.AWS_ENDPOINT_URL_SQS}/000000000000/${name}`;
    const order = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 };
    const { Messages = [] } = await client.send(new ReceiveMessageCommand(order));
    for (const { Body = '' } of Messages) {
      const { requestPayload: _, ...rest } = JSON.parse(Body);
      said.push(JSON.stringify(rest));
    }
  }
  client.destroy();
  return said;
}

async function readExecutions(): Promise<void> {
  const client = new SFNClient(settingsOf('SFN'));
  const machines = Object.entries(service.environment).filter(([name]) =>
    name.endsWith('_STATE_MACHINE_ARN'),
  );
  for (const [, stateMachineArn] of machines) {
    const { executions: found = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
    for (const { executionArn } of found) {
      const { $metadata: _, ...facts } = await client.send(new DescribeExecutionCommand({ executionArn }));
      executions += `${JSON.stringify(facts)}\n`;
    }
  }
  client.destroy();
}

function settingsOf(name: string) {
  const endpoint = service.environment[`AWS_ENDPOINT_URL_${name}`] as string;
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

/** Secrets where no secret should be: each is refused, and not repeated to anybody. */
async function misplaced(): Promise<void> {
  const planted = () => plantedCredential('misplaced');
  await call('sys/remount', { body: { from: ['x', planted()], to: 'y' } });
  await call('sys/remount', { body: `{"from": "${planted()}", "to": ` });
  await call('sys/remount', { body: `{"from": ${planted()}}` });
  await call('kv-new/data/a', { body: { data: planted(), options: { cas: 'x' } } });
  await call('auth/token/create', { body: { ttl: planted() }, token: service.rootToken });
  await call('auth/token/lookup', { body: { token: planted() } });
  await call('sys/wrapping/unwrap', { body: { token: planted() } });
  await call('sys/leases/renew', { body: { lease_id: 'x', increment: planted() } });
  await call('ssh-new/verify', { body: { otp: planted() } });
  await call('kv-new/data/a', { method: 'GET', token: planted() });
  await call('kv-new/data/a', {
    method: 'GET',
    headers: { Authorization: `Bearer ${planted()}` },
    token: '',
  });
  await call('sys/policies/acl/p', { body: { policy: `path "a" { capabilities = ["${planted()}` } });
}

async function readTables(): Promise<void> {
  const client = new DynamoDBClient(settingsOf('DYNAMODB'));
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const TableName of TableNames) {
    const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName }));
    if (LastEvaluatedKey) throw new Error(`${TableName} is too long for one page`);
    tables.set(
      TableName,
      Items.map((item) => unmarshall(item)),
    );
  }
  client.destroy();
}

beforeAll(async () => {
  service = await startService({
    log: (text) => (logs += text),
    rootToken: plantedCredential('root token'),
    eventPolicies: ['mover'],
    retryPausesSeconds: [0.1, 0.1],
  });
  const mover = 'path "sys/remount*" { capabilities = ["update", "sudo"] }';
  await call('sys/policies/acl/mover', { body: { policy: mover } });
  await aFullRun();
  await inBulk();
  await misplaced();
  await misplacedInEvents();
  await delay(200);
  await readExecutions();
  const told = (await events(service)).filter(({ source }) => source === 'remount');
  announcements = JSON.stringify(told);
  await readTables();
});
afterAll(() => service.stop());

function found(text: string, planted: string[]): string[] {
  return planted.filter((one) => text.includes(one));
}

describe('a planted secret', () => {
  it('is one of many, and the run did what it should', () => {
    expect(credentials.length).toBeGreaterThan(20);
    expect(values.length).toBeGreaterThan(3);
    expect(logs).toContain('"message":"request"');
    expect(errors.split('\n').length).toBeGreaterThan(10);
    expect([...tables.values()].flat().length).toBeGreaterThan(20);
  });

  it('is in no log line', () => {
    expect(found(logs, [...credentials, ...values])).toEqual([]);
  });

  it('is in no error', () => {
    expect(found(errors, [...credentials, ...values])).toEqual([]);
  });

  it('is in no announcement', () => {
    expect(announcements.split('Remount Succeeded').length).toBeGreaterThan(3);
    expect(announcements).toContain('Bulk Finished');
    expect(found(announcements, [...credentials, ...values])).toEqual([]);
  });

  it('is in no input or result of an execution', () => {
    expect(executions.split('\n').length).toBeGreaterThan(4);
    expect(executions).toContain('"output"');
    expect(found(executions, [...credentials, ...values])).toEqual([]);
  });

  it('is in nothing that is said of an event that was set aside', () => {
    expect(setAside.length).toBeGreaterThan(4);
    expect(setAside.join()).toContain('errorMessage');
    expect(found(setAside.join('\n'), [...credentials, ...values])).toEqual([]);
  });

  it('is in no key of a table', () => {
    const keys = [...tables.values()].flat().map(({ pk, sk, open }) => [pk, sk, open].join('\n'));
    expect(found(keys.join('\n'), [...credentials, ...values])).toEqual([]);
  });

  it('is nowhere in a table if it is a credential: those are stored as hashes', () => {
    // A wrapped answer is kept word for word until it is unwrapped, as the one place that has to.
    const stored = [...tables.values()].flat().filter(({ sk }) => sk !== 'response');
    expect(found(JSON.stringify(stored), credentials)).toEqual([]);
    expect(found(JSON.stringify(stored), values)).toEqual(values);
  });
});
