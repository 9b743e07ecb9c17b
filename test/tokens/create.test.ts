import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../functions/namespaces/namespace.ts';
import { sha256, tokenKey } from '../../functions/ports/keys.ts';
import { placeNamespace } from '../support/place.ts';
import { refusal, type World, world } from '../support/world.ts';

let w: World;
/** Tokens by what they may do. */
let plain: string;
let sudo: string;

beforeAll(async () => {
  w = await world();
  await w.policy('maker', 'path "auth/token/create*" { capabilities = ["update"] }');
  await w.policy('sudoer', 'path "auth/token/*" { capabilities = ["update", "sudo"] }');
  await w.policy('team', 'path "secret/*" { capabilities = ["read"] }');
  plain = (await w.token({ policies: ['maker', 'team'] })).client_token;
  sudo = (await w.token({ policies: ['sudoer'] })).client_token;
});
afterAll(() => w.stop());

function create(body: Record<string, unknown>, token = w.root, path = 'auth/token/create') {
  return w.call('POST', path, { body, token });
}

async function lookup(token: string) {
  return (await w.call('POST', 'auth/token/lookup', { body: { token } })).body.data;
}

describe('creating a token', () => {
  it('answers an auth object with all its keys, and no data', async () => {
    const { status, body } = await create({
      policies: ['team'],
      meta: { user: 'armon' },
      display_name: 'ci job',
    });
    expect(status).toBe(200);
    expect(body.data).toBeNull();
    expect(body.warnings).toBeNull();
    expect(body.auth).toEqual({
      client_token: expect.stringMatching(/^s\.[0-9A-Za-z]{24}$/),
      accessor: expect.stringMatching(/^[0-9A-Za-z]{24}$/),
      policies: ['default', 'team'],
      token_policies: ['default', 'team'],
      metadata: { user: 'armon' },
      lease_duration: 2_764_800,
      renewable: true,
      entity_id: '',
      token_type: 'service',
      orphan: false,
      mfa_requirement: null,
      num_uses: 0,
    });
    expect(await lookup(body.auth.client_token)).toMatchObject({
      display_name: 'token-ci-job',
      meta: { user: 'armon' },
      path: 'auth/token/create',
    });
  });

  it('is refused without rights on the path', async () => {
    const weak = await w.token({ policies: ['team'] });
    expect((await create({}, weak.client_token)).status).toBe(403);
  });

  it.each([
    [{ num_uses: 5 }, 'restricted use token cannot generate child tokens'],
    [{ type: 'batch' }, 'batch tokens cannot create more tokens'],
  ])('is refused to a token that was created with %j', async (how, text) => {
    const { client_token } = await w.token({ policies: ['maker'], ...how });
    expect(refusal(await create({}, client_token))).toEqual({ status: 400, errors: [text] });
  });

  it.each([
    [{ policies: ['other'] }, 'child policies must be subset of parent'],
    [{ policies: ['root'] }, 'child policies must be subset of parent'],
    [{ no_parent: true }, 'root or sudo privileges required to create orphan token'],
    [{ id: 'a-chosen-id' }, 'root or sudo privileges required to specify token id'],
    [{ period: '1h' }, 'root or sudo privileges required to create periodic token'],
    [{ type: 'other' }, "invalid 'token_type' value"],
    [{ num_uses: -1 }, 'number of uses cannot be negative'],
    [{ entity_alias: 'x' }, "'entity_alias' is only allowed in combination with token role"],
    [{ type: 'batch', num_uses: 2 }, 'batch tokens cannot have "num_uses" set'],
    [{ type: 'batch', explicit_max_ttl: '1h' }, 'batch tokens cannot have "explicit_max_ttl" set'],
    [{ type: 'batch', period: '1h' }, 'batch tokens cannot have "period" set'],
  ])('refuses %j to a token without sudo', async (body, text) => {
    expect(refusal(await create(body, plain))).toEqual({ status: 400, errors: [text] });
  });

  it.each([
    [{ policies: ['root'] }, 'root tokens may not be created without parent token being root'],
    [{ policies: ['response-wrapping'] }, 'cannot assign policy "response-wrapping"'],
    [{ id: 'short' }, 'custom token ID must have at least 8 characters'],
    [{ id: 's.looks-issued' }, "custom token ID cannot have the 's.' prefix"],
    [{ id: 'with.dot-inside' }, "custom token ID cannot contain the '.' character"],
  ])('refuses %j to a token with sudo', async (body, text) => {
    expect(refusal(await create(body, sudo))).toEqual({ status: 400, errors: [text] });
  });

  it('refuses a root token of type batch', async () => {
    expect(refusal(await create({ policies: ['root'], type: 'batch' })).errors).toEqual([
      'batch tokens cannot be root tokens',
    ]);
  });

  it('knows no token roles', async () => {
    const answer = await create({}, w.root, 'auth/token/create/ci');
    expect(refusal(answer)).toEqual({ status: 400, errors: ['unknown role ci'] });
  });

  it.each([-1, 'soon'])('refuses the ttl %j, which is no duration', async (ttl) => {
    const { status, errors } = refusal(await create({ ttl }));
    expect([status, errors[0]?.startsWith('Field validation failed')]).toEqual([400, true]);
  });
});

describe('the policies of a new token', () => {
  it.each([
    ['its parent’s when none are asked for', {}, 'plain', ['default', 'maker', 'team']],
    [
      'those asked for, and default since the parent has it',
      { policies: ['team'] },
      'plain',
      ['default', 'team'],
    ],
    ['without default on request', { policies: ['team'], no_default_policy: true }, 'plain', ['team']],
    ['inherited without default on request', { no_default_policy: true }, 'plain', ['maker', 'team']],
    ['anything with sudo', { policies: ['team'] }, 'sudo', ['default', 'team']],
    [
      'trimmed, lowered, sorted, each once',
      { policies: [' Team', 'maker', 'TEAM'] },
      'sudo',
      ['default', 'maker', 'team'],
    ],
    ['a comma list as well', { policies: 'team,maker' }, 'plain', ['default', 'maker', 'team']],
    ['root alone, which swallows others', { policies: ['team', 'root'] }, 'root', ['root']],
    ['root inherited', {}, 'root', ['root']],
  ])('are %s', async (_, body, who, policies) => {
    const token = who === 'plain' ? plain : who === 'sudo' ? sudo : w.root;
    expect((await create(body, token)).body.auth.policies).toEqual(policies);
  });

  it('lack default when the parent lacks it and has no sudo', async () => {
    const { client_token } = await w.token({ policies: ['maker', 'team'], no_default_policy: true });
    expect((await create({ policies: ['team'] }, client_token)).body.auth.policies).toEqual(['team']);
  });

  it('may be unknown, which the answer warns of', async () => {
    const { body } = await create({ policies: ['ghost', 'team'] }, sudo);
    expect(body.auth.policies).toEqual(['default', 'ghost', 'team']);
    expect(body.warnings).toEqual(['Policy "ghost" does not exist']);
  });

  it('have names of a bounded length', async () => {
    const answer = await create({ policies: ['x'.repeat(2_000)] }, sudo);
    expect(refusal(answer)).toEqual({
      status: 400,
      errors: ['the name of a policy is longer than 512 bytes'],
    });
  });

  it('are fifty at most', async () => {
    const policies = Array.from({ length: 50 }, (_, i) => `p${i}`);
    expect((await create({ policies, no_default_policy: true }, sudo)).status).toBe(200);
    expect(refusal(await create({ policies }, sudo))).toEqual({
      status: 400,
      errors: ['a token has at most 50 policies'],
    });
  });
});

describe('the life of a new token', () => {
  it('is what was asked for, up to the system maximum, with a warning beyond it', async () => {
    expect((await create({ policies: ['team'], ttl: '90m' })).body.auth.lease_duration).toBe(5_400);
    const { body } = await create({ policies: ['team'], ttl: '1000h' });
    expect(body.auth.lease_duration).toBe(2_764_800);
    expect(body.warnings).toEqual([
      'TTL of "1000h0m0s" exceeded the effective max_ttl of "768h0m0s"; TTL value is capped accordingly',
    ]);
  });

  it('is capped by an explicit maximum, which lookups show', async () => {
    const { body } = await create({ policies: ['team'], ttl: '2h', explicit_max_ttl: '1h' });
    expect(body.auth.lease_duration).toBe(3_600);
    expect(body.warnings).toEqual([
      'TTL of "2h0m0s" exceeded the effective max_ttl of "1h0m0s"; TTL value is capped accordingly',
    ]);
    expect(await lookup(body.auth.client_token)).toMatchObject({
      explicit_max_ttl: 3_600,
      creation_ttl: 3_600,
    });
  });

  it('is the period of a periodic token, which lookups show', async () => {
    const { client_token, lease_duration } = await w.token({ policies: ['team'], period: '30m', ttl: '2h' });
    expect(lease_duration).toBe(1_800);
    expect(await lookup(client_token)).toMatchObject({ period: 1_800, ttl: 1_800 });
  });

  it('has no period above the system maximum', async () => {
    const { body } = await create({ policies: ['team'], period: '8760h' });
    expect(body.auth.lease_duration).toBe(2_764_800);
    expect(body.warnings).toEqual([
      'Period of "8760h0m0s" exceeded the effective max_ttl of "768h0m0s"; Period value is capped accordingly',
    ]);
  });

  it('has no end for a root token that asks for none', async () => {
    const auth = await w.token({});
    expect(auth).toMatchObject({ policies: ['root'], lease_duration: 0, renewable: false });
    const data = await lookup(auth.client_token);
    expect(data).toMatchObject({ expire_time: null, ttl: 0, creation_ttl: 0 });
    expect(data).not.toHaveProperty('issue_time');
    expect(data).not.toHaveProperty('renewable');
  });

  it.each([
    [{ ttl: '1h' }, 3_600],
    [{ explicit_max_ttl: '2h' }, 7_200],
  ])('has an end for a root token that asks for %j', async (body, seconds) => {
    expect((await w.token(body)).lease_duration).toBe(seconds);
  });

  it('has an end below a root token that has one', async () => {
    const { client_token } = await w.token({ ttl: '1h' });
    expect(refusal(await create({}, client_token)).errors).toEqual([
      'expiring root tokens cannot create non-expiring root tokens',
    ]);
    expect((await create({ ttl: '1h' }, client_token)).status).toBe(200);
  });

  it('is over at its end', async () => {
    const { client_token } = await w.token({ policies: ['team'], ttl: '1h' });
    expect((await w.call('GET', 'auth/token/lookup-self', { token: client_token })).status).toBe(200);
    w.deps.clock.pass(3_600_000);
    const answer = await w.call('GET', 'auth/token/lookup-self', { token: client_token });
    expect(refusal(answer)).toEqual({ status: 403, errors: ['permission denied'] });
  });
});

describe('a new token', () => {
  it('is an orphan by create-orphan, without sudo, or by no_parent, with it', async () => {
    const byPath = await create({}, plain, 'auth/token/create-orphan');
    const byField = await create({ no_parent: true }, sudo);
    expect([byPath.body.auth.orphan, byField.body.auth.orphan]).toEqual([true, true]);
    expect(await lookup(byPath.body.auth.client_token)).toMatchObject({
      orphan: true,
      path: 'auth/token/create-orphan',
    });
  });

  it.each([
    ['ci/job #7', 'token-ci-job--7'],
    ['ends with!', 'token-ends-with'],
    ['', 'token'],
  ])('has the display name %j cleaned', async (name, shown) => {
    const { client_token } = await w.token({ display_name: name });
    expect((await lookup(client_token)).display_name).toBe(shown);
  });

  it('has no more than 32 tokens above it', async () => {
    let { client_token: parent } = await w.token({ policies: ['maker'] });
    for (let above = 2; above <= 32; above++) {
      ({ client_token: parent } = await w.token({}, { token: parent }));
    }
    expect(refusal(await create({}, parent))).toEqual({
      status: 400,
      errors: ['tokens nest at most 32 deep'],
    });
  });

  it('may have a chosen id, once', async () => {
    const chosen = await create({ id: 'chosen-by-sudo', policies: ['team'] }, sudo);
    expect(chosen.body.auth.client_token).toBe('chosen-by-sudo');
    expect((await w.call('GET', 'auth/token/lookup-self', { token: 'chosen-by-sudo' })).status).toBe(200);
    const again = await create({ id: 'chosen-by-sudo' }, sudo);
    expect(refusal(again)).toEqual({ status: 400, errors: ['cannot create a token with a duplicate ID'] });
  });

  it('is bound to the addresses of its parent, unless it is an orphan', async () => {
    const bound = await w.token({ policies: ['maker'] });
    const { table, pk, sk } = tokenKey(sha256(bound.client_token));
    const set = { boundCidrs: ['10.0.0.0/8'] };
    await w.deps.store.commit([{ table, update: { pk, sk }, set, if: { pk: { present: true } } }]);
    const from = { token: bound.client_token, sourceIp: '10.1.2.3', body: {} };
    const child = (await w.call('POST', 'auth/token/create', from)).body.auth.client_token;
    const orphan = (await w.call('POST', 'auth/token/create-orphan', from)).body.auth.client_token;
    expect((await lookup(child)).bound_cidrs).toEqual(['10.0.0.0/8']);
    expect((await w.call('GET', 'auth/token/lookup-self', { token: child })).status).toBe(403);
    expect((await w.call('GET', 'auth/token/lookup-self', { token: orphan })).status).toBe(200);
  });

  it('of limited uses is good for so many requests, refused ones included', async () => {
    const { client_token: token, num_uses } = await w.token({ policies: ['team'], num_uses: 3 });
    expect(num_uses).toBe(3);
    const first = await w.call('GET', 'auth/token/lookup-self', { token });
    expect(first.body.data.num_uses).toBe(2);
    expect((await w.call('LIST', 'auth/token/accessors', { token })).status).toBe(403);
    expect((await w.call('GET', 'auth/token/lookup-self', { token })).status).toBe(200);
    const after = await w.call('GET', 'auth/token/lookup-self', { token });
    expect(refusal(after)).toEqual({ status: 403, errors: ['permission denied'] });
  });

  it('of type batch shows no accessor, and can be neither renewed nor revoked by its id', async () => {
    const auth = await w.token({ policies: ['team'], type: 'batch', ttl: '1h' });
    expect(auth).toMatchObject({ accessor: '', renewable: false, token_type: 'batch', num_uses: 0 });
    expect(auth.client_token).toMatch(/^b\.[0-9A-Za-z]{24}$/);
    expect(await lookup(auth.client_token)).toMatchObject({ accessor: '', type: 'batch', ttl: 3_600 });
    const body = { token: auth.client_token };
    expect(refusal(await w.call('POST', 'auth/token/renew', { body })).errors).toEqual([
      'batch tokens cannot be renewed',
    ]);
    for (const path of ['auth/token/revoke', 'auth/token/revoke-orphan']) {
      expect(refusal(await w.call('POST', path, { body })).errors).toEqual([
        'batch tokens cannot be revoked',
      ]);
    }
  });

  it('of type batch ends with its parent', async () => {
    const parent = await w.token({ policies: ['maker'] });
    const batch = await w.token({ type: 'batch' }, { token: parent.client_token });
    await w.call('POST', 'auth/token/revoke', { body: { token: parent.client_token } });
    expect((await w.call('GET', 'auth/token/lookup-self', { token: batch.client_token })).status).toBe(403);
  });
});

describe('a token for a child namespace', () => {
  it('belongs to it, and is made with sudo alone', async () => {
    const team = await placeNamespace(w.deps, ROOT, 'team-a');
    await w.policy('crosser', 'path "team-a/auth/token/create" { capabilities = ["update"] }');
    const crosser = await w.token({ policies: ['crosser'] });
    const inTeam = { namespace: 'team-a', body: { policies: ['ops'] } };
    expect(
      refusal(await w.call('POST', 'auth/token/create', { ...inTeam, token: crosser.client_token })).errors,
    ).toEqual(['root or sudo privileges required to directly generate a token in a child namespace']);
    const made = await w.call('POST', 'auth/token/create', inTeam);
    expect(made.body.auth.policies).toEqual(['default', 'ops']);
    expect(made.body.warnings).toEqual(['Policy "ops" does not exist']);
    expect(made.body.auth.client_token).toMatch(new RegExp(`^s\\.[0-9A-Za-z]{24}\\.${team.id}$`));
    expect(made.body.auth.accessor).toMatch(new RegExp(`^[0-9A-Za-z]{24}\\.${team.id}$`));
    expect(await lookup(made.body.auth.client_token)).toMatchObject({ namespace_path: 'team-a/' });
  });

  it('has only the policies asked for, and is never a root token of the parent’s', async () => {
    await placeNamespace(w.deps, ROOT, 'team-b');
    const none = await w.call('POST', 'auth/token/create', { namespace: 'team-b', body: {} });
    expect(none.body.auth.policies).toEqual(['default']);
    for (const policies of [['root'], [' ROOT ']]) {
      const answer = await w.call('POST', 'auth/token/create', { namespace: 'team-b', body: { policies } });
      expect(refusal(answer).errors).toEqual(['root tokens may not be created from a parent namespace']);
    }
    const chosen = await w.call('POST', 'auth/token/create', {
      namespace: 'team-b',
      body: { id: 'chosen-in-team' },
    });
    expect(refusal(chosen).errors).toEqual([
      'token IDs can only be manually specified in the root namespace',
    ]);
  });
});
