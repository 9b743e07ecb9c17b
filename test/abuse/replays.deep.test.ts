/** A wrapping token is used again, in every way, after it was used in any way: it returns its answer at most once. */

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../infra/local/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ rootToken: 'root-token-of-replays' });
  await ask('POST', 'sys/mounts/kv', { body: { type: 'kv' } });
  await ask('POST', 'kv/app', { body: { value: SECRET } });
  await ask('POST', 'sys/namespaces/team');
});
afterAll(() => service.stop());

const SECRET = 'the-wrapped-secret';

interface Sent {
  token?: string;
  namespace?: string;
  body?: object;
  headers?: Record<string, string>;
}

interface Answer {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the body of an answer is whatever was sent
  body: any;
}

async function ask(method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { token = service.rootToken, namespace = '', body, headers } = sent;
  const answer = await fetch(`${service.url}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': token, 'X-Vault-Namespace': namespace, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, body: text ? JSON.parse(text) : undefined };
}

interface Wrapping {
  token: string;
  accessor: string;
}

async function wrapped(ttl = '60'): Promise<Wrapping> {
  const { body } = await ask('GET', 'kv/app', { headers: { 'X-Vault-Wrap-TTL': ttl } });
  return body.wrap_info;
}

type Use = (wrapping: Wrapping) => Promise<Answer>;

const byItself: Use = ({ token }) => ask('POST', 'sys/wrapping/unwrap', { token });
const named: Use = ({ token }) => ask('POST', 'sys/wrapping/unwrap', { body: { token } });
const rewrapped: Use = ({ token }) => ask('POST', 'sys/wrapping/rewrap', { body: { token } });

/** Uses that unwrap the answer or revoke the token. */
const FIRST_USES: [what: string, use: Use][] = [
  ['unwrapped by itself', byItself],
  ['unwrapped by another token', named],
  [
    'unwrapped and rewrapped',
    ({ token }) => ask('POST', 'sys/wrapping/unwrap', { token, headers: { 'X-Vault-Wrap-TTL': '60' } }),
  ],
  ['rewrapped', rewrapped],
  ['rewrapped by itself', ({ token }) => ask('POST', 'sys/wrapping/rewrap', { token })],
  [
    'revoked by its accessor',
    ({ accessor }) => ask('POST', 'auth/token/revoke-accessor', { body: { accessor } }),
  ],
  ['revoked by another token', ({ token }) => ask('POST', 'auth/token/revoke', { body: { token } })],
  ['used for something else', ({ token }) => ask('GET', 'kv/app', { token })],
  ['used to look itself up', ({ token }) => ask('GET', 'auth/token/lookup-self', { token })],
  ['used in another namespace', ({ token }) => ask('GET', 'kv/app', { token, namespace: 'team' })],
];

const REPLAYS: [what: string, use: Use][] = [
  ['unwraps by itself', byItself],
  [
    'unwraps from another namespace',
    ({ token }) => ask('POST', 'sys/wrapping/unwrap', { token, namespace: 'team' }),
  ],
  ['is unwrapped by another token', named],
  ['names itself in the body', ({ token }) => ask('POST', 'sys/wrapping/unwrap', { token, body: { token } })],
  ['names itself in the query', ({ token }) => ask('POST', `sys/wrapping/unwrap?token=${token}`, { token })],
  ['is rewrapped', rewrapped],
  [
    'is unwrapped into a wrapped answer',
    ({ token }) => ask('POST', 'sys/wrapping/unwrap', { token, headers: { 'X-Vault-Wrap-TTL': '60' } }),
  ],
  ['is looked up', ({ token }) => ask('POST', 'sys/wrapping/lookup', { body: { token } })],
  ['reads its storage', ({ token }) => ask('GET', 'cubbyhole/response', { token })],
  ['lists its storage', ({ token }) => ask('GET', 'cubbyhole?list=true', { token })],
  ['reads the path that the answer is from', ({ token }) => ask('GET', 'kv/app', { token })],
  ['creates a child', ({ token }) => ask('POST', 'auth/token/create', { token, body: {} })],
  ['renews itself', ({ token }) => ask('POST', 'auth/token/renew-self', { token })],
  ['is renewed', ({ token }) => ask('POST', 'auth/token/renew', { body: { token, increment: '1h' } })],
];

describe('a wrapping token', () => {
  it.each(REPLAYS)('that %s first, returns the secret only when it is unwrapped', async (what, use) => {
    const { status, text } = await use(await wrapped());
    const opens = [
      'unwraps by itself',
      'unwraps from another namespace',
      'is unwrapped by another token',
      'names itself in the body',
      'names itself in the query',
    ];
    expect([what, status === 200 && text.includes(SECRET)]).toEqual([what, opens.includes(what)]);
  });

  describe.each(FIRST_USES)('that was %s', (_, spend) => {
    it('returns nothing afterwards', async () => {
      for (const [what, replay] of REPLAYS) {
        const wrapping = await wrapped();
        await spend(wrapping);
        const { status, text } = await replay(wrapping);
        expect([what, status >= 400, text.includes(SECRET)]).toEqual([what, true, false]);
        // A token that was refused once stays refused.
        expect([what, (await byItself(wrapping)).status >= 400]).toEqual([what, true]);
      }
    });
  });

  it('returns nothing after its TTL', async () => {
    const late = await Promise.all(REPLAYS.map(() => wrapped('1s')));
    await delay(1_100);
    for (const [i, [what, replay]] of REPLAYS.entries()) {
      const { status, text } = await replay(late[i] as Wrapping);
      expect([what, status >= 400, text.includes(SECRET)]).toEqual([what, true, false]);
    }
  });

  it('used in every way at once returns the secret to one request, or to the one that rewrapped it', async () => {
    for (let round = 0; round < 5; round++) {
      const wrapping = await wrapped();
      const uses = [byItself, named, rewrapped, byItself, named, rewrapped];
      const answers = await Promise.all(uses.map((use) => use(wrapping)));
      const won = answers.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      const rewrapping = won[0]?.body.wrap_info as Wrapping | null;
      const opened = rewrapping ? await byItself(rewrapping) : won[0];
      expect(opened?.body.data).toEqual({ value: SECRET });
    }
  });
});

describe('the answer in a wrapping token', () => {
  it('ends with the move of its mount; a wrapped login ends with the move of its auth method', async () => {
    await ask('POST', 'sys/auth/people', { body: { type: 'userpass' } });
    await ask('POST', 'auth/people/users/ann', { body: { password: 'the-password' } });
    const login = await ask('POST', 'auth/people/login/ann', {
      body: { password: 'the-password' },
      headers: { 'X-Vault-Wrap-TTL': '60' },
    });
    const secret = await wrapped();
    for (const [from, to] of [
      ['auth/people', 'auth/staff'],
      ['kv', 'kv-moved'],
    ]) {
      const { body } = await ask('POST', 'sys/remount', { body: { from, to } });
      const status = () => ask('GET', `sys/remount/status/${body.data.migration_id}`);
      for (
        let tries = 0;
        (await status()).body.data.migration_info.status === 'in-progress' && tries < 20;
        tries++
      );
    }
    for (const wrapping of [login.body.wrap_info as Wrapping, secret]) {
      expect((await byItself(wrapping)).status).toBe(400);
      expect((await named(wrapping)).status).toBe(400);
    }
    await ask('POST', 'sys/remount', { body: { from: 'kv-moved', to: 'kv' } });
  });
});
