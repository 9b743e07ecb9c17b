/** Tuning mounts: what is shown, what it changes, what is refused (contract §3.4). */

import { describe, expect, it } from 'vitest';
import { lookupSelf, sshEngine } from './credentials.ts';
import { eventually } from './eventually.ts';
import { authMethod, engine, kv1, kv2, must, unique } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { mountObject } from './snapshots.ts';
import { refused } from './texts.ts';

const SYSTEM_TTL = 2_764_800;

/** @param table `mounts` or `auth`: the endpoint, which also decides what the path is relative to */
function tune(path: string, body: object, table = 'mounts'): Promise<Answer> {
  return call('POST', `sys/${table}/${path}/tune`, { body });
}

async function tuned(path: string, body: object, table = 'mounts'): Promise<Record<string, unknown>> {
  expect(await tune(path, body, table)).toMatchObject({ status: 204, text: '' });
  return shown(path, table);
}

async function shown(path: string, table = 'mounts'): Promise<Record<string, unknown>> {
  return (await must('GET', `sys/${table}/${path}/tune`)).body.data;
}

describe('the path in a mount', () => {
  it('tunes the mount, and shows its settings', async () => {
    const path = await kv1();
    await must('POST', `sys/mounts/${path}/below/it/tune`, { body: { description: 'from below' } });
    for (const at of [path, `${path}/below/it`])
      expect((await must('GET', `sys/mounts/${at}/tune`)).body.data.description).toBe('from below');
    const method = await authMethod('userpass');
    await must('POST', `sys/${method}/users/tune`, { body: { description: 'users' } });
    await must('POST', `sys/mounts/${method}/users/tune`, { body: { max_lease_ttl: '1h' } });
    expect((await must('GET', `sys/${method}/tune`)).body.data).toMatchObject({
      description: 'users',
      max_lease_ttl: 3_600,
    });
  });

  it('is no path in a mount when it only begins like one', async () => {
    const path = `${await kv1()}x`;
    const text = `tune of path "${path}/" failed: no mount entry found`;
    expect(await call('POST', `sys/mounts/${path}/tune`, { body: { description: 'x' } })).toMatchObject(
      refused(text),
    );
  });
});

describe('a mount that is tuned', () => {
  it('shows the effective lease times, at the top level too', async () => {
    const { body } = await must('GET', `sys/mounts/${await kv1()}/tune`);
    const times = { default_lease_ttl: SYSTEM_TTL, max_lease_ttl: SYSTEM_TTL, force_no_cache: false };
    expect(body.data).toMatchObject({ ...times, description: '', options: { version: '1' } });
    expect(body).toMatchObject(times);
  });

  it('has the changed fields and keeps the others, in both views', async () => {
    const path = await kv1();
    const body = {
      default_lease_ttl: '1h',
      max_lease_ttl: '7200',
      description: 'tuned',
      listing_visibility: 'hidden',
      audit_non_hmac_request_keys: ['a', 'b'],
      audit_non_hmac_response_keys: 'c',
      passthrough_request_headers: ['X-One'],
      allowed_response_headers: ['X-Two'],
    };
    const times = { default_lease_ttl: 3_600, max_lease_ttl: 7_200 };
    const lists = { ...body, ...times, audit_non_hmac_response_keys: ['c'] };
    const { description, ...config } = lists;
    expect(await tuned(path, body)).toMatchObject(lists);
    expect(await mountObject(path)).toMatchObject({ description, config });
    expect(await tuned(path, { description: 'again' })).toMatchObject({ ...lists, description: 'again' });
  });

  it('keeps a lease time if an empty one is sent, and returns to that of the system with `system`', async () => {
    const path = await kv1();
    await tuned(path, { default_lease_ttl: '1h', max_lease_ttl: '2h' });
    expect(await tuned(path, { default_lease_ttl: '', max_lease_ttl: '' })).toMatchObject({
      default_lease_ttl: 3_600,
      max_lease_ttl: 7_200,
    });
    expect(await tuned(path, { default_lease_ttl: 'system', max_lease_ttl: 'system' })).toMatchObject({
      default_lease_ttl: SYSTEM_TTL,
      max_lease_ttl: SYSTEM_TTL,
    });
    expect(await mountObject(path)).toMatchObject({ config: { default_lease_ttl: 0, max_lease_ttl: 0 } });
  });

  it('has its options merged, and an empty option is removed', async () => {
    const path = await kv1();
    await tuned(path, { options: { a: '1', b: '2' } });
    expect((await tuned(path, { options: { a: '', c: '3' } })).options).toEqual({
      version: '1',
      b: '2',
      c: '3',
    });
  });

  it('may be an auth method, by either endpoint', async () => {
    const auth = await authMethod('approle');
    const name = auth.slice('auth/'.length);
    await tuned(name, { default_lease_ttl: '30m' }, 'auth');
    const user_lockout_config = { lockout_threshold: '3', lockout_duration: '10m', lockout_disable: true };
    expect(await tuned(auth, { description: 'either', user_lockout_config })).toMatchObject({
      default_lease_ttl: 1_800,
      description: 'either',
      token_type: 'default-service',
      user_lockout_threshold: 3,
      user_lockout_duration: 600,
      user_lockout_disable: true,
    });
  });
});

describe('the lease times of a mount', () => {
  it('apply to the credentials that it issues from then on', async () => {
    const ssh = await sshEngine();
    const duration = async () =>
      (await must('POST', `${ssh}/creds/web`, { body: { ip: '10.0.0.1' } })).body.lease_duration;
    expect(await duration()).toBe(600);
    await tuned(ssh, { default_lease_ttl: '20m' });
    expect(await duration()).toBe(1_200);
    await tuned(ssh, { default_lease_ttl: 'system', max_lease_ttl: '5m' });
    expect(await duration()).toBe(300);
  });

  it('are the lease duration of a secret of kv version 1', async () => {
    const path = await kv1();
    await must('POST', `${path}/k`, { body: { a: 1 } });
    expect((await must('GET', `${path}/k`)).body.lease_duration).toBe(SYSTEM_TTL);
    await tuned(path, { default_lease_ttl: '1h' });
    expect((await must('GET', `${path}/k`)).body.lease_duration).toBe(3_600);
  });

  it('apply to a login, and limit its renewals at once', async () => {
    const auth = await authMethod('userpass');
    await must('POST', `${auth}/users/ann`, { body: { password: 'a-long-password' } });
    const login = async () =>
      (await must('POST', `${auth}/login/ann`, { token: '', body: { password: 'a-long-password' } })).body
        .auth;
    await tuned(auth, { default_lease_ttl: '1h', max_lease_ttl: '4h' });
    const { client_token: token, lease_duration } = await login();
    expect(lease_duration).toBe(3_600);
    const renew = async (increment: string) =>
      (await must('POST', 'auth/token/renew-self', { token, body: { increment } })).body;
    expect((await renew('2h')).auth.lease_duration).toBe(7_200);
    await tuned(auth, { max_lease_ttl: '90m' });
    const capped = await renew('2h');
    expect(capped.auth.lease_duration).toBeLessThanOrEqual(5_400);
    expect(capped.auth.lease_duration).toBeGreaterThan(5_300);
    expect(capped.warnings[0]).toMatch(
      /^TTL of "2h(0m0s)?" exceeded the effective max_ttl of ".*"; TTL value is capped accordingly$/,
    );
  });
});

describe('other settings of a mount', () => {
  it('change the type of its tokens', async () => {
    const auth = await authMethod('userpass');
    await must('POST', `${auth}/users/ann`, { body: { password: 'a-long-password' } });
    await tuned(auth.slice('auth/'.length), { token_type: 'batch' }, 'auth');
    const sent = { token: '', body: { password: 'a-long-password' } };
    const token = (await must('POST', `${auth}/login/ann`, sent)).body.auth.client_token;
    expect((await lookupSelf(token)).body.data).toMatchObject({ type: 'batch' });
  });

  it('list it for clients without a token, or hide it', async () => {
    const auth = await authMethod('userpass');
    const name = `${auth.slice('auth/'.length)}/`;
    const seen = async () => (await must('GET', 'sys/internal/ui/mounts', { token: '' })).body.data.auth;
    expect(await seen()).not.toHaveProperty(name);
    await tuned(auth, { listing_visibility: 'unauth', description: 'open' });
    expect((await seen())[name]).toEqual({ type: 'userpass', description: 'open', options: {} });
    const data = await tuned(auth, { listing_visibility: '' });
    expect(data).not.toHaveProperty('listing_visibility');
    expect(await seen()).not.toHaveProperty(name);
  });
});

describe('tuning is refused', () => {
  it.each<[what: string, body: object, text: string]>([
    [
      'a maximum below the default',
      { default_lease_ttl: '20', max_lease_ttl: '10' },
      'backend max lease TTL of 10 would be less than backend default lease TTL of 20',
    ],
    ['an unknown visibility', { listing_visibility: 'some' }, 'invalid listing_visibility some'],
    ['a token type', { token_type: 'batch' }, "'token_type' can only be modified on auth mounts"],
    ['an unknown version', { options: { version: '3' } }, 'invalid version provided: 3'],
    ['an older version', { options: { version: '1' } }, 'cannot downgrade mount from version 2'],
  ])('for a secrets engine with %s', async (_, body, text) => {
    const path = await kv2();
    const before = await shown(path);
    expect(await tune(path, body)).toMatchObject(refused(text));
    expect(await shown(path)).toEqual(before);
  });

  it('for a mount that does not exist', async () => {
    const nope = unique('nope');
    for (const [path, table, at] of [
      [nope, 'mounts', nope],
      [nope, 'auth', `auth/${nope}`],
    ] as const) {
      expect(await call('GET', `sys/${table}/${path}/tune`)).toMatchObject(
        refused(`cannot fetch sysview for path "${at}/"`),
      );
      expect(await tune(path, { description: 'x' }, table)).toMatchObject(
        refused(`tune of path "${at}/" failed: no mount entry found`),
      );
    }
  });

  it('for the mounts that every namespace has', async () => {
    for (const path of ['sys', 'cubbyhole', 'identity'])
      expect(await tune(path, { default_lease_ttl: '1h' })).toMatchObject(
        refused(`cannot tune parameter default_lease_ttl of ${path}/`),
      );
    expect(await tune('token', { token_type: 'batch' }, 'auth')).toMatchObject(
      refused("'token_type' cannot be set for 'token' or 'ns_token' auth mounts"),
    );
  });
});

describe('kv of version 1', () => {
  it('is upgraded to version 2 with all its secrets, and cannot be downgraded', async () => {
    const path = await engine('kv');
    await must('POST', `${path}/dir/a`, { body: { x: 1 } });
    await must('POST', `${path}/b`, { body: { y: [true] } });
    const { status, body } = await tune(path, { options: { version: '2' } });
    expect(status).toBe(200);
    expect(body.warnings).toEqual([
      expect.stringMatching(
        /^Upgrading mount from version [01] to version [02]\. This mount will be unavailable for a brief period and will resume service shortly\.$/,
      ),
    ]);
    const first = await eventually(() => call('GET', `${path}/data/dir/a`), 200);
    expect(first.body.data).toMatchObject({ data: { x: 1 }, metadata: { version: 1 } });
    expect((await must('GET', `${path}/metadata?list=true`)).body.data.keys).toEqual(['b', 'dir/']);
    await must('POST', `${path}/data/b`, { body: { data: { y: 2 } } });
    expect((await must('GET', `${path}/data/b?version=1`)).body.data.data).toEqual({ y: [true] });
    expect(await mountObject(path)).toMatchObject({ type: 'kv', options: { version: '2' } });
    expect(await tune(path, { options: { version: '1' } })).toMatchObject(
      refused('cannot downgrade mount from version 2'),
    );
  });
});

describe('a value of the wrong kind', () => {
  it.each([
    [{ options: { version: 'x' } }, 'unable to parse options: strconv.ParseInt: parsing "x": invalid syntax'],
    [{ options: { version: '' } }, 'invalid version provided: 0'],
    [{ default_lease_ttl: '1w' }, 'time: unknown unit "w" in duration "1w"'],
    [{ max_lease_ttl: 1.5 }, 'time: missing unit in duration "1.5"'],
  ])('is refused: %j', async (body, text) => {
    expect(await tune(await kv1(), body)).toMatchObject(refused(text));
  });

  it.each([
    [
      { lockout_threshold: 'x' },
      'unable to parse user lockout threshold: strconv.ParseUint: parsing "x": invalid syntax',
    ],
    [{ lockout_threshold: true }, 'unable to convert given user lockout config information'],
    [{ lockout_duration: 'x' }, 'time: invalid duration "x"'],
  ])('is refused in the lockout of users: %j', async (user_lockout_config, text) => {
    expect(await tune(await authMethod('userpass'), { user_lockout_config })).toMatchObject(refused(text));
  });
});
