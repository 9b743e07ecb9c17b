/**
 * Secrets stay secret: the test plants them everywhere, then looks for them in every log line, error, table,
 * announcement, execution and message of a dead-letter queue (R9).
 */

import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientSettings } from '../../infra/local/clientSettings.ts';
import { readQueues } from '../../infra/local/events.ts';
import { type Service, startService } from '../../infra/local/service.ts';
import { events, request, until } from '../events/eventService.ts';
import type { Answer } from '../support/call.ts';
import { type Stored, readTables as scanTables, writeTables } from '../support/tables.ts';

let service: Service;
let logs = '';
/** Bodies of all answers with an error. */
let errors = '';
/** Headers of all answers. */
let answerHeaders = '';
/** Bodies of all answers. */
let answers = '';
let stored: Stored[];
/** The events that the service has put on the bus, as JSON. */
let announcements = '';
/** Inputs and outputs of all executions. */
let executions = '';
/** Messages of the dead-letter queues, without the events themselves, which their senders wrote. */
const deadLetters: string[] = [];
/** The error with which a step of a workflow fails, which its execution stores. */
let failure = '';

/** Secrets that are stored only as hashes. */
const credentials: string[] = [];
/** Secrets that are stored, since clients read them back, but are in no key. */
const values: string[] = [];
/** Secrets in answers that are stored until they are unwrapped. */
const wrapped: string[] = [];
const everything = () => [...credentials, ...values, ...wrapped];

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
  answers += `${text}\n`;
  answerHeaders += JSON.stringify([...answer.headers]);
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

/** Secrets of each kind are written, used, and moved with their mount. */
async function useEverything(): Promise<void> {
  credentials.push(service.rootToken);
  await call('sys/mounts/kv', { body: { type: 'kv', options: { version: '2' } } });
  await call('kv/data/a', { body: { data: { password: plantedValue('kv2'), again: plantedValue('kv2') } } });
  await call('kv/data/a', {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/merge-patch+json' },
    body: { data: { patched: plantedValue('kv2') } },
  });
  await call('sys/mounts/plain', { body: { type: 'kv' } });
  await call('plain/a', { body: { password: plantedValue('kv1') } });
  await call('plain/a', { method: 'GET' });
  await call('kv/metadata/a', { body: { custom_metadata: { owner: plantedValue('metadata') } } });
  await call('cubbyhole/a', { body: { key: plantedValue('cubbyhole') } });
  await call('sys/auth/userpass', { body: { type: 'userpass' } });
  const password = plantedCredential('password');
  await call('auth/userpass/users/bob', { body: { password } });
  const login = await call('auth/userpass/login/bob', { body: { password } });
  credentials.push(login.auth.client_token);
  await call('auth/userpass/login/bob', { body: { password: plantedCredential('wrong password') } });
  const next = plantedCredential('password');
  await call('auth/userpass/users/bob/password', { body: { password: next } });
  await call('auth/userpass/users/bob', { method: 'GET' });
  credentials.push((await call('auth/userpass/login/bob', { body: { password: next } })).auth.client_token);
  await call('sys/auth/approle', { body: { type: 'approle' } });
  await call('auth/approle/role/app', { body: {} });
  const secretId = await call('auth/approle/role/app/secret-id', { body: {} });
  credentials.push(secretId.data.secret_id);
  const own = plantedCredential('secret-id');
  await call('auth/approle/role/app/custom-secret-id', { body: { secret_id: own } });
  const { data } = await call('auth/approle/role/app/role-id', { method: 'GET' });
  const approle = await call('auth/approle/login', { body: { role_id: data.role_id, secret_id: own } });
  credentials.push(approle.auth.client_token);
  for (const what of ['lookup', 'destroy'])
    await call(`auth/approle/role/app/secret-id/${what}`, { body: { secret_id: secretId.data.secret_id } });
  await call('sys/mounts/ssh', { body: { type: 'ssh' } });
  await call('ssh/roles/web', { body: { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' } });
  const otp = await call('ssh/creds/web', { body: { ip: '10.1.2.3' } });
  credentials.push(otp.data.key);
  const chosen = plantedCredential('token');
  await call('auth/token/create', { body: { id: chosen, policies: ['default'] } });
  const made = plantedCredential('token');
  await call('auth/token/create', { body: { id: made, policies: ['default'] } });
  for (const what of ['auth/token/lookup', 'auth/token/renew', 'sys/capabilities', 'auth/token/revoke'])
    await call(what, { body: { token: made, path: 'kv/data/a' } });
  await call('auth/token/revoke-orphan', { body: { token: chosen } });
  credentials.push((await unwrap(await wrap('auth/token/create', {}))).auth.client_token);
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

async function wrap(path: string, body: object): Promise<string> {
  const { wrap_info } = await call(path, { headers: { 'X-Vault-Wrap-TTL': '60' }, body });
  credentials.push(wrap_info.token);
  return wrap_info.token;
}

function unwrap(token: string): Promise<Answer['body']> {
  return call('sys/wrapping/unwrap', { token });
}

/** Creates wrapped answers. @returns the wrapping token of one with a token in it */
async function wrapAnswers(): Promise<string> {
  const answer = { password: secret('wrapped') };
  wrapped.push(answer.password);
  const { wrap_info } = await call('sys/wrapping/rewrap', {
    body: { token: await wrap('sys/wrapping/wrap', answer) },
  });
  credentials.push(wrap_info.token);
  return wrap('auth/token/create', {});
}

/**
 * Damages stored items so that the parser's error quotes them. The secrets are short enough to be quoted whole, and
 * one is in a line that looks like one of a stack.
 * @param run a run that has ended, and is started again
 */
async function damaged(run: string): Promise<void> {
  const { auth } = await call('auth/token/create', { body: { policies: ['damaged'] } });
  credentials.push(auth.client_token);
  const client = new DynamoDBClient(clientSettings(service.environment, 'DYNAMODB'));
  const [ofPolicy, ofRows] = ['PL4NT3D-1', 'PL4NT3D-2'];
  values.push(ofPolicy, ofRows);
  const compiled = `x\n at ${ofPolicy}`;
  const { migrations } = await scanTables(client);
  await writeTables(client, {
    access: [{ pk: 'policies#root', sk: 'damaged', text: '', compiled, version: 1 }],
    migrations: migrations
      .filter(({ pk }) => pk === run)
      .map((item) => {
        if (item.kind === 'bulk') return { ...item, status: 'in-progress' };
        return item.kind === 'progress' ? { ...item, cursor: 0 } : { ...item, content: `x\n at ${ofRows}` };
      }),
  });
  client.destroy();
  await call('kv-new/data/a', { method: 'GET', token: auth.client_token });
  const part = { id: run, chunk: 0, done: false };
  await service.invoke('bulkChunk', part).catch(({ name, message }) => (failure = `${name}: ${message}`));
}

/**
 * Bulk runs, one by a schedule, of mounts that have issued something.
 * @returns the id of the run
 */
async function runInBulk(): Promise<string> {
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
  return data.bulk_id;
}

/** Requests on the bus with a secret in the wrong place: each is refused on every retry, and goes to a dead-letter queue. */
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
    deadLetters.push(...(await messagesInQueues()));
    return deadLetters.length >= details.length ? true : undefined;
  });
}

async function messagesInQueues(): Promise<string[]> {
  const client = new SQSClient(clientSettings(service.environment, 'SQS'));
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
  const client = new SFNClient(clientSettings(service.environment, 'SFN'));
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

/** Sends secrets where none belong: each request is refused, and the error does not quote the secret. */
async function sendMisplaced(): Promise<void> {
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

async function readTables(): Promise<Stored[]> {
  const client = new DynamoDBClient(clientSettings(service.environment, 'DYNAMODB'));
  const tables = await scanTables(client);
  client.destroy();
  return Object.values(tables).flat();
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
  await useEverything();
  const run = await runInBulk();
  await sendMisplaced();
  await misplacedInEvents();
  await damaged(run);
  const wrapping = await wrapAnswers();
  await delay(200);
  await readExecutions();
  const announced = (await events(service)).filter(({ source }) => source === 'remount');
  announcements = JSON.stringify(announced);
  stored = await readTables();
  wrapped.push((await unwrap(wrapping)).auth.client_token);
});
afterAll(() => service.stop());

function found(text: string, planted: string[]): string[] {
  return planted.filter((one) => text.includes(one));
}

describe('a planted secret', () => {
  it('is one of many, and the service did its work', () => {
    expect(credentials.length).toBeGreaterThan(20);
    expect(values.length).toBeGreaterThan(7);
    expect(wrapped.length).toBe(2);
    expect(logs).toContain('"message":"request"');
    expect(errors.split('\n').length).toBeGreaterThan(10);
    expect(stored.length).toBeGreaterThan(20);
  });

  it('is in no log line', () => {
    expect(found(logs, everything())).toEqual([]);
  });

  it('is in no log line about an unexpected error, although the message of the error has it', () => {
    expect(errors).toContain('internal error');
    const said = logs.split('\n').filter((line) => line.includes('unexpected error'));
    expect(said).toHaveLength(2);
    expect(said[0]).toContain('"error":"SyntaxError"');
    expect(said[1]).toContain('Invoke Error\tSyntaxError: unexpected error');
    expect(failure).toBe('SyntaxError: unexpected error');
  });

  it('is in no header of an answer', () => {
    expect(answerHeaders).toContain('application/json');
    expect(found(answerHeaders, everything())).toEqual([]);
  });

  it('is in no answer if it is a password, or was sent in the wrong place', () => {
    const neverAnswered = credentials.filter((one) => /password|misplaced|in an event/.test(one));
    expect(neverAnswered.length).toBeGreaterThan(15);
    expect(found(answers, neverAnswered)).toEqual([]);
  });

  it('is in no error', () => {
    expect(found(errors, everything())).toEqual([]);
  });

  it('is in no announcement', () => {
    expect(announcements.split('Remount Succeeded').length).toBeGreaterThan(3);
    expect(announcements).toContain('Bulk Finished');
    expect(found(announcements, everything())).toEqual([]);
  });

  it('is in no input or output of an execution', () => {
    expect(executions.split('\n').length).toBeGreaterThan(4);
    expect(executions).toContain('"output"');
    expect(found(executions, everything())).toEqual([]);
  });

  it('is in no message of a dead-letter queue, apart from the event itself', () => {
    expect(deadLetters.length).toBeGreaterThan(4);
    expect(deadLetters.join()).toContain('errorMessage');
    expect(found(deadLetters.join('\n'), everything())).toEqual([]);
  });

  it('is in no key of a table', () => {
    const keys = stored.map(({ pk, sk, open }) => [pk, sk, open].join('\n'));
    expect(found(keys.join('\n'), everything())).toEqual([]);
  });

  it('is nowhere in a table if it is a credential: credentials are stored as hashes', () => {
    const text = JSON.stringify(stored.map((item) => (isWrapped(item) ? { ...item, envelope: '' } : item)));
    expect(found(text, [...credentials, ...wrapped])).toEqual([]);
    expect(found(text, values)).toEqual(values);
  });

  it('is in a wrapped answer in clear, and no other credential is', () => {
    const envelopes = stored.filter(isWrapped).map(({ envelope }) => envelope);
    expect(envelopes).toHaveLength(wrapped.length);
    expect(found(envelopes.join(), everything())).toEqual(wrapped);
  });
});

/** A wrapped answer is stored until it is unwrapped: the only place that must hold a credential in clear. */
function isWrapped({ pk, sk }: Stored): boolean {
  return pk.startsWith('cubbyhole#') && sk === 'response';
}
