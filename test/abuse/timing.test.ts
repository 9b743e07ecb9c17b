/**
 * The cost of a refusal does not show how close a guess was. Time itself is not measured. Instead, the calls to the
 * store, their order and their keys are the same for every guess. A key is made from the SHA-256 of the guess, so it
 * cannot be compared with a secret bit by bit.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../functions/ports/store.ts';
import { sha256 } from '../../functions/store/keys.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Answer, type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

let deps: TestDeps;
let root: string;
/** Sends requests as root. */
let call: Caller;

beforeAll(async () => {
  deps = await testDeps();
  root = await rootToken(deps);
  call = caller(deps, vaultApi, root);
  await placeMount(deps, 'ssh/', { type: 'ssh' });
  await placeMount(deps, 'auth/userpass/', { type: 'userpass' });
  await placeMount(deps, 'auth/approle/', { type: 'approle' });
  await call('POST', 'ssh/roles/web', {
    body: { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' },
  });
  await call('POST', 'auth/approle/role/app', { body: {} });
  await call('POST', 'auth/userpass/users/known', { body: { password: 'the-password-of-known' } });
});
afterAll(() => deps.stop());

/** A store that records its calls. */
function recording(store: Store, asked: string[]): Store {
  const names = Object.keys(store) as (keyof Store)[];
  const recorded = (name: keyof Store) => (argument: never) => {
    asked.push(`${name} ${JSON.stringify(argument)}`);
    return store[name](argument);
  };
  return Object.fromEntries(names.map((name) => [name, recorded(name)])) as unknown as Store;
}

/** How a guess is made. */
type Guess = (call: Caller, guess: string) => Promise<Answer>;

interface Refusal {
  status: number;
  text: string;
  /** The calls to the store, with placeholders for the guess and its hash. */
  asked: string[];
}

async function refusalOf(make: Guess, guess: string): Promise<Refusal> {
  const asked: string[] = [];
  const { status, text } = await make(
    caller({ ...deps, store: recording(deps.store, asked) }, vaultApi),
    guess,
  );
  const withoutGuess = text.replaceAll(guess, 'GUESS').replace(/"request_id":"[^"]*"/, '');
  return { status, text: withoutGuess, asked: asked.map((one) => withPlaceholders(one, guess)) };
}

/** Times, and hashes of the guess combined with other values, are not chosen by the attacker. */
function withPlaceholders(asked: string, guess: string): string {
  return asked
    .replaceAll(sha256(guess), 'HASH')
    .replaceAll(guess, 'GUESS')
    .replace(/(secret-id\/[^/]+\/|role-id\/|accessor\/[^/]+\/|lockout\/|otp\/)[0-9a-f]{64}/g, '$1HASH')
    .replace(/\b1\d{9,12}\b/g, 'TIME');
}

/** From entirely different to one bit apart. */
function guesses(real: string): string[] {
  const other = (at: number) => `${real.slice(0, at)}${real[at] === 'x' ? 'y' : 'x'}${real.slice(at + 1)}`;
  const last = real.length - 1;
  return [
    'z'.repeat(real.length),
    'z',
    ...[2, 3, real.length >> 1, last - 1, last].map(other),
    real.slice(0, -1),
    `${real}x`,
    real.replace(/[a-z](?=[^a-z]*$)/, (letter) => letter.toUpperCase()),
    sha256(real),
  ].filter((guess) => guess !== real);
}

/** All guesses must be refused exactly like the first. */
async function expectAlike(make: Guess, wrong: string[]): Promise<Refusal> {
  const [first, ...others] = await Promise.all(wrong.map((guess) => refusalOf(make, guess)));
  expect(first?.status).toBeGreaterThanOrEqual(400);
  expect(first?.asked.length).toBeGreaterThan(0);
  for (const other of others) expect(other).toEqual(first);
  return first as Refusal;
}

async function newToken(body: object = {}): Promise<{ client_token: string; accessor: string }> {
  const { body: answer } = await call('POST', 'auth/token/create', {
    body: { policies: ['default'], ...body },
  });
  return answer.auth;
}

const asTheToken: Guess = (ask, token) => ask('GET', 'auth/token/lookup-self', { token });
const asBearer: Guess = (ask, token) =>
  ask('GET', 'auth/token/lookup-self', { headers: { authorization: `Bearer ${token}` } });
const named =
  (path: string, field = 'token'): Guess =>
  (ask, guess) =>
    ask('POST', path, { token: root, body: { [field]: guess } });

describe('a guessed token', () => {
  it.each([
    ['in its own header', asTheToken],
    ['as Bearer', asBearer],
    [
      'to the status of a migration',
      ((ask, token) => ask('GET', 'sys/remount/status/x', { token })) as Guess,
    ],
    ['named to look it up', named('auth/token/lookup')],
    ['named to renew it', named('auth/token/renew')],
    ['named to orphan its children', named('auth/token/revoke-orphan')],
    ['named to unwrap it', named('sys/wrapping/unwrap')],
    ['named to look up what it wraps', named('sys/wrapping/lookup')],
    ['named to rewrap it', named('sys/wrapping/rewrap')],
  ])(
    '%s is refused in the same way if it is close, entirely different, expired or revoked',
    async (_, make) => {
      const { client_token: good } = await newToken();
      const { client_token: expired } = await newToken({ ttl: '1s' });
      const { client_token: revoked, accessor } = await newToken();
      await call('POST', 'auth/token/revoke-accessor', { body: { accessor } });
      deps.clock.pass(1_500);

      const { asked } = await expectAlike(make, [...guesses(good), ...guesses(expired), expired, revoked]);

      expect(asked.filter((one) => one.includes('HASH')).length).toBeGreaterThan(0);
      expect(asked.filter((one) => one.includes('GUESS'))).toEqual([]);
    },
  );
});

describe('a path', () => {
  const ways: [who: string, method: string, token: () => Promise<string>][] = [
    ['nobody', 'GET', async () => ''],
    ['nobody', 'LIST', async () => ''],
    ['nobody', 'POST', async () => ''],
    ['nobody', 'HELP', async () => ''],
    ['an unknown token', 'GET', async () => 'unknown'],
    ['an unknown token', 'DELETE', async () => 'unknown'],
    ['a revoked token', 'GET', revokedToken],
  ];

  it.each(ways)(
    'is refused in the same way to %s, %s, whether or not it has a mount',
    async (_, method, token) => {
      await call('POST', 'sys/mounts/deep/known', { body: { type: 'kv' } });
      const secret = await token();
      const refusals = ['ssh/roles/web', 'hss/roles/web', 'deep/known/x', 'deep/nokwn/x'].map(
        async (path) => {
          const { status, text, asked } = await refusalOf(
            (ask) => ask(method, path, { token: secret }),
            path,
          );
          return {
            status,
            text,
            asked: asked.map((one) => one.replace(/"(GUESS|deep|[hs]ss)[^"]*"/g, '"PATH"')),
          };
        },
      );
      const [known, ...others] = await Promise.all(refusals);
      expect(known?.status).toBe(403);
      for (const other of others) expect(other).toEqual(known);
    },
  );

  async function revokedToken(): Promise<string> {
    const { client_token, accessor } = await newToken();
    await call('POST', 'auth/token/revoke-accessor', { body: { accessor } });
    return client_token;
  }
});

describe('a guessed accessor', () => {
  it('is refused in the same way if it is close or entirely different', async () => {
    const { accessor } = await newToken();
    const wrong = guesses(accessor);
    await expectAlike(named('auth/token/lookup-accessor', 'accessor'), wrong);
    await expectAlike(named('auth/token/renew-accessor', 'accessor'), wrong);
  });
});

describe('a guessed credential', () => {
  const logIn: Guess = async (ask, secret_id) => {
    const { body } = await call('GET', 'auth/approle/role/app/role-id');
    return ask('POST', 'auth/approle/login', { body: { role_id: body.data.role_id, secret_id } });
  };

  it('is refused in the same way if it is a secret-id', async () => {
    const { body } = await call('POST', 'auth/approle/role/app/secret-id', { body: {} });
    const { body: short } = await call('POST', 'auth/approle/role/app/secret-id', { body: { ttl: '1s' } });
    deps.clock.pass(1_500);
    await expectAlike(logIn, [...guesses(body.data.secret_id), short.data.secret_id]);
  });

  it('is refused in the same way if it is the accessor of a secret-id', async () => {
    const { body } = await call('POST', 'auth/approle/role/app/secret-id', { body: {} });
    const look = named('auth/approle/role/app/secret-id-accessor/lookup', 'secret_id_accessor');
    await expectAlike(look, guesses(body.data.secret_id_accessor));
  });

  it('is refused in the same way if it is a role-id', async () => {
    const { body } = await call('GET', 'auth/approle/role/app/role-id');
    const withRole: Guess = (ask, role_id) =>
      ask('POST', 'auth/approle/login', { body: { role_id, secret_id: 'x' } });
    await expectAlike(withRole, guesses(body.data.role_id));
  });

  it('is refused in the same way if it is a one-time password', async () => {
    const { body } = await call('POST', 'ssh/creds/web', { body: { ip: '10.1.2.3' } });
    const used = await call('POST', 'ssh/creds/web', { body: { ip: '10.1.2.3' } });
    const verify: Guess = (ask, otp) => ask('POST', 'ssh/verify', { body: { otp } });
    expect((await verify(call, used.body.data.key)).status).toBe(200);
    await expectAlike(verify, [...guesses(body.data.key), used.body.data.key]);
  });

  it('is refused in the same way if it is a password, whether or not the user exists', async () => {
    const tryOn =
      (user: string): Guess =>
      (ask, password) =>
        ask('POST', `auth/userpass/login/${user}`, { body: { password } });
    const known = await refusalOf(tryOn('known'), 'the-password-of-knowm');
    const same = await refusalOf(tryOn('known'), 'zzz');
    const nobody = await refusalOf(tryOn('nobod'), 'the-password-of-known');
    const plain = ({ asked, ...rest }: Refusal) => ({
      ...rest,
      asked: asked.map((one) => one.replaceAll('nobod', 'known')),
    });
    // The second failure of a user finds the counter of the first, and writes once instead of twice.
    expect(plain(nobody)).toEqual(known);
    expect(same).toEqual({ ...known, asked: known.asked.slice(0, -1) });
  });
});
