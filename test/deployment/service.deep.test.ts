/** The packaged stack does what its users want from it, and its roles allow what that needs. */

import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, until } from '../events/eventService.ts';
import { FUNCTIONS } from '../infra/packageTemplate.ts';
import { capital } from '../infra/rights.ts';
import { BY_AWS } from '../rights/needs.ts';
import { type Recorded, readRecords } from '../rights/recorder.ts';
import { follow, intercept, type Next, putRequest, targetOf, wake } from './support/automation.ts';
import { asksOf, type Reading } from './support/calls.ts';
import { FIGURES } from './support/emulation.ts';
import { type Asked, grantedIn, type Judge, judgeOf } from './support/judge.ts';
import { asksOfNobody, asksOfSenders, asksOnBehalf } from './support/onBehalf.ts';
import { type EmulatedService, startEmulatedService } from './support/service.ts';
import { lackingForApis, NOT_CREATED } from './support/stack.ts';

/** What is denied only if AWS judges all keys of a call together → when it is asked. */
const DENIED_TOGETHER: Record<string, string> = {};

/** AWS's guide grants it on the stream, and its list of actions has no resource for it. */
const NOT_JUDGED = ['PublishRole dynamodb:ListStreams'];

/** Whether the calls of all other tests were recorded before. */
const IS_WHOLE = process.env.DEPTH === 'deep';

const MOVER = 'path "sys/remount*" { capabilities = ["update", "sudo"] }';

let service: EmulatedService;
let rootToken = '';
let announcements: Next;
let requests: Next;

beforeAll(async () => {
  service = await startEmulatedService();
  announcements = await follow(service, 'announcements', { source: ['remount'] });
  requests = await intercept(service, 'RemountRequested');
  rootToken = ((await service.invoke('bootstrap', {})) as { token: string }).token;
});
afterAll(() => service?.stop());

/** @returns the body of an answer; its `data`, or its `auth`, if it has one */
async function ask(method: string, path: string, body?: object, namespace?: string, token = rootToken) {
  const answer = await call({ ...service, rootToken: token }, method, path, body, namespace);
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}\n${service.log()}`);
  return answer.body?.data ?? answer.body?.auth ?? answer.body;
}

const ended = (id: string) =>
  until(async () => {
    const { migration_info } = await ask('GET', `sys/remount/status/${id}`);
    return migration_info.status === 'in-progress' ? undefined : migration_info;
  });

const runEnded = (id: string) =>
  until(async () => {
    const { bulk_info } = await ask('GET', `sys/remount/bulk/${id}`);
    return bulk_info.status === 'in-progress' ? undefined : bulk_info;
  });

const otp = async () => (await ask('POST', 'hosts/creds/web', { ip: '10.0.0.1' })).key;

const kvAt = (path: string, namespace?: string) =>
  ask('POST', `sys/mounts/${path}`, { type: 'kv' }, namespace);

describe('the packaged stack', () => {
  it('is created, without the types of resources that moto lacks', async () => {
    const { status, lacking } = service.stack;

    expect(status).toBe('CREATE_COMPLETE');
    expect(Object.keys(NOT_CREATED)).toEqual([...lacking, ...(await lackingForApis(service.stack))].sort());
  });

  it('makes its first root token once', async () => {
    await expect(service.invoke('bootstrap', {})).rejects.toThrow();
    expect((await ask('GET', 'auth/token/lookup-self')).policies).toEqual(['root']);
  });

  it('serves its page', async () => {
    const page = await fetch(`${service.url}/ui/`);

    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
  });

  it('keeps a secret, also under a path that has to be encoded', async () => {
    await ask('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } });
    await ask('POST', 'secret/data/a%2Fb%3Fc%25', { data: { x: '1' } });

    expect((await ask('GET', 'secret/data/a%2Fb%3Fc%25')).data).toEqual({ x: '1' });
    expect((await ask('GET', 'secret/metadata/a/?list=true')).keys).toEqual(['b?c%']);
  });

  it('moves a mount into a namespace, and tells the bus each step', async () => {
    await ask('POST', 'sys/namespaces/team');

    const { migration_id } = await ask('POST', 'sys/remount', { from: 'secret', to: 'team/secret' });

    expect(await ended(migration_id)).toMatchObject({ status: 'success' });
    expect((await ask('GET', 'secret/data/a%2Fb%3Fc%25', undefined, 'team/')).data).toEqual({ x: '1' });
    const told = [await announcements(), await announcements(), await announcements()];
    expect(told.map((event) => event['detail-type'])).toEqual([
      'Remount Accepted',
      'Remount Switched',
      'Remount Succeeded',
    ]);
    expect(told.map(({ detail }) => detail.migration_id)).toEqual(Array(3).fill(migration_id));
  });

  it('names paths with its stage: where a status is, and where a mount is now', async () => {
    await kvAt('before');
    const send = (path: string, method: string, body?: object) =>
      fetch(new URL(path, service.url), {
        method,
        headers: { 'X-Vault-Token': rootToken },
        ...(body && { body: JSON.stringify(body) }),
      });
    const order = { from: 'before', to: 'after', alias_ttl: '1h' };
    const started = await send('/prod/v1/sys/remount', 'POST', order);
    const status = started.headers.get('location') ?? '';
    expect(status).toMatch(/^\/prod\/v1\/sys\/remount\/status\//);
    const { data } = (await (await send(status, 'GET')).json()) as { data: { migration_id: string } };
    await ended(data.migration_id);

    const written = await send('/prod/v1/before/a', 'POST', { x: '1' });

    const [, now = ''] = /^<(.+)>; rel="successor-version"$/.exec(written.headers.get('link') ?? '') ?? [];
    expect(now).toBe('/prod/v1/after/a');
    expect(await (await send(now, 'GET')).json()).toMatchObject({ data: { x: '1' } });
  });

  it('revokes what a moved mount issued: a login and a lease', async () => {
    await ask('POST', 'sys/auth/people', { type: 'userpass' });
    await ask('POST', 'auth/people/users/ann', { password: 'correct horse', token_policies: 'all' });
    const { client_token } = await ask('POST', 'auth/people/login/ann', { password: 'correct horse' });
    await ask('POST', 'sys/mounts/hosts', { type: 'ssh' });
    await ask('POST', 'hosts/roles/web', { key_type: 'otp', default_user: 'ops', cidr_list: '0.0.0.0/0' });
    const passwords = [await otp(), await otp()];
    const root = { ...service, rootToken };
    const staff = { ...service, rootToken: client_token };
    const verified = (mount: string, otp = '') => call(root, 'POST', `${mount}/verify`, { otp });
    expect((await verified('hosts', passwords[0])).status).toBe(200);
    expect((await call(staff, 'GET', 'auth/token/lookup-self')).status).toBe(200);

    const moves = [
      await ask('POST', 'sys/remount', { from: 'hosts', to: 'machines' }),
      await ask('POST', 'sys/remount', { from: 'auth/people', to: 'auth/staff' }),
    ];

    for (const { migration_id } of moves) expect((await ended(migration_id)).status).toBe('success');
    expect((await verified('machines', passwords[1])).status).toBe(400);
    expect((await call(staff, 'GET', 'auth/token/lookup-self')).status).toBe(403);
  });

  it('moves many mounts in a run', async () => {
    for (const name of ['a', 'b', 'c']) await kvAt(`in/${name}`);

    const { bulk_id } = await ask('POST', 'sys/remount/bulk', { rules: [{ from: 'in/*', to: 'out/*' }] });

    expect(await runEnded(bulk_id)).toMatchObject({ status: 'success', progress: { succeeded: 3 } });
  });

  it('keeps a schedule at the scheduler, whose target starts a run', async () => {
    await ask('PUT', 'sys/policies/acl/mover', { policy: MOVER });
    await kvAt('day/a');
    const rules = [{ from: 'day/*', to: 'night/*' }];
    const at = `${new Date().getUTCFullYear() + 1}-01-31T22:00:00`;
    const body = { schedule: `at(${at})`, rules, policies: ['mover'] };
    await ask('POST', 'sys/remount/schedules/nightly', body);

    const { bulk_id } = (await wake(service, 'root-nightly', `${at}Z`)) as { bulk_id: string };

    expect(await runEnded(bulk_id)).toMatchObject({ status: 'success', progress: { succeeded: 1 } });
    await ask('DELETE', 'sys/remount/schedules/nightly');
    await expect(wake(service, 'root-nightly', `${at}Z`)).rejects.toThrow('does not exist');
  });

  it('moves what an event asks for, which its rule lets through as it is', async () => {
    await kvAt('asked');

    await putRequest(service, { from: 'asked', to: 'wrong' }, 'somebody');
    await putRequest(service, { from: 'asked', to: 'given' }, 'remount.request');

    const event = await requests();
    expect(event.detail).toEqual({ from: 'asked', to: 'given' });
    await service.invoke(targetOf(service, 'RemountRequested').Arn, event);
    await until(async () => ((await ask('GET', 'sys/mounts'))['given/'] ? true : undefined));
  });

  it('clears a namespace that is deleted', async () => {
    await kvAt('mine', 'team/');
    await ask('DELETE', 'sys/namespaces/team');

    await until(async () => {
      const { status } = await call({ ...service, rootToken }, 'GET', 'sys/namespaces/team');
      return status === 404 ? true : undefined;
    });
    await until(async () => (service.invoked.has('teardown') ? true : undefined));
  });

  it('looks every minute for what is overdue', async () => {
    await expect(service.invoke('reconcile', { source: 'aws.events' })).resolves.toBeDefined();
  });

  it('sweeps late writes when no request can write any more', async () => {
    await until(async () => (service.invoked.has('close') ? true : undefined));
  });

  it('replaces a lost root token', async () => {
    const made = (await service.invoke('bootstrap', { replace: true })) as { token: string };

    expect((await call({ ...service, rootToken }, 'GET', 'auth/token/lookup-self')).status).toBe(403);
    expect((await ask('GET', 'auth/token/lookup-self', undefined, '', made.token)).policies).toEqual([
      'root',
    ]);
  });

  it('moves nothing on a cluster, which it is not in front of', async () => {
    await expect(service.invoke('clusterStep', { id: 'any' })).rejects.toThrow('no cluster');
  });

  it('has run each of its functions, and no other', () => {
    expect([...service.invoked].sort()).toEqual(FUNCTIONS.toSorted());
  });
});

describe('its roles', () => {
  /** Each different request → whether it is allowed. */
  const verdicts = new Map<string, boolean>();
  let judge: Judge;
  beforeAll(() => {
    judge = judgeOf(service.stack);
  });
  afterAll(() => writeFile(FIGURES, figures()));

  function figures(): string {
    const { calls, invoked } = service;
    const asked = new Set(asksOfNobody(service.stack).map(textOf));
    const denied = [...verdicts].flatMap(([text, isAllowed]) => (isAllowed ? [] : [text]));
    const others = denied.filter((text) => !asked.has(text));
    return [
      `The packaged stack ran ${invoked.size} of its ${FUNCTIONS.length} functions, with ${calls.length} calls to AWS.`,
      `Its policies judged ${verdicts.size} requests, and denied the ${asked.size} that they should, and ${others.length} others.`,
      ...others,
    ].join('\n');
  }

  /** @returns what is denied, each once */
  async function deniedOf(asks: Asked[]): Promise<string[]> {
    for (const asked of asks) verdicts.set(textOf(asked), await judge(asked));
    return [...new Set(asks.map(textOf))].filter((text) => !verdicts.get(text));
  }

  const deniedCalls = (calls: Recorded[], reading: Reading) =>
    deniedOf(calls.flatMap((recorded) => asksOf(service.stack, recorded, reading)));

  it('allow what its functions ask for', async () => {
    expect(await deniedCalls(service.calls, 'item')).toEqual([]);
  });

  it('allow it also if AWS judges all keys of a call together, but for what is known', async () => {
    const denied = await deniedCalls(service.calls, 'call');

    expect(denied.filter((text) => !(text in DENIED_TOGETHER))).toEqual([]);
  });

  it('allow what services of AWS do with them', async () => {
    expect(await deniedOf([...asksOnBehalf(service.stack), ...asksOfSenders(service.stack)])).toEqual([]);
  });

  it('allow services of AWS no action that they do not need', () => {
    const needed = new Set(asksOnBehalf(service.stack).map(({ who, action }) => `${who} ${action}`));
    const functions = new Set(FUNCTIONS.map((name) => `${capital(name)}Role`));
    // What functions do themselves is compared in test/rights.
    const byAws = grantedIn(service.stack).filter(
      ([role, action]) => !functions.has(role) || BY_AWS.test(action),
    );

    const granted = byAws.map((right) => right.join(' '));
    expect(granted.filter((right) => !needed.has(right))).toEqual(NOT_JUDGED);
  });

  it('allow nothing that is close to it', async () => {
    const asks = asksOfNobody(service.stack);

    expect(await deniedOf(asks)).toEqual(asks.map(textOf));
  });

  it.runIf(IS_WHOLE)('allow what the functions asked for in all other tests, in both readings', async () => {
    const calls = [...service.calls, ...(await readRecords())];

    expect(await deniedCalls(calls, 'item')).toEqual([]);
    expect((await deniedCalls(calls, 'call')).sort()).toEqual(Object.keys(DENIED_TOGETHER).sort());
  });
});

function textOf({ who, action, resource, context = {} }: Asked): string {
  const [name] = /[^:]+$/.exec(resource) ?? [];
  return [who, action, name, ...Object.values(context).map(String)].join(' ');
}
