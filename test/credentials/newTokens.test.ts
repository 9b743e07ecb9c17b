import { describe, expect, it } from 'vitest';
import { sha256, tokenKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeNamespace } from '../support/place.ts';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { makerWorld } from './makerWorld.ts';

const w = throughFile(makerWorld);

describe('the ttl of a new token', () => {
  it('is the one in the request, up to the system maximum, with a warning beyond it', async () => {
    expect((await w.create({ policies: ['team'], ttl: '90m' })).body.auth.lease_duration).toBe(5_400);
    const { body } = await w.create({ policies: ['team'], ttl: '1000h' });
    expect(body.auth.lease_duration).toBe(2_764_800);
    expect(body.warnings).toEqual([
      'TTL of "1000h" exceeded the effective max_ttl of "768h"; TTL value is capped accordingly',
    ]);
  });

  it('is limited by an explicit maximum, which lookups show', async () => {
    const { body } = await w.create({ policies: ['team'], ttl: '2h', explicit_max_ttl: '1h' });
    expect(body.auth.lease_duration).toBe(3_600);
    expect(body.warnings).toEqual([
      'TTL of "2h" exceeded the effective max_ttl of "1h"; TTL value is capped accordingly',
    ]);
    expect(await w.lookup(body.auth.client_token)).toMatchObject({
      explicit_max_ttl: 3_600,
      creation_ttl: 3_600,
    });
  });

  it('is the period of a periodic token, which lookups show', async () => {
    const { client_token, lease_duration } = await w.token({ policies: ['team'], period: '30m', ttl: '2h' });
    expect(lease_duration).toBe(1_800);
    expect(await w.lookup(client_token)).toMatchObject({ period: 1_800, ttl: expect.closeTo(1_800, -1) });
  });

  it('has a period of at most the system maximum', async () => {
    const { body } = await w.create({ policies: ['team'], period: '8760h' });
    expect(body.auth.lease_duration).toBe(2_764_800);
    expect(body.warnings).toEqual([
      'period of "8760h" exceeded the effective max_ttl of "768h"; period value is capped accordingly',
    ]);
  });

  it('is unlimited for a root token without a ttl in the request', async () => {
    const auth = await w.token({});
    expect(auth).toMatchObject({ policies: ['root'], lease_duration: 0, renewable: false });
    const data = await w.lookup(auth.client_token);
    expect(data).toMatchObject({ expire_time: null, ttl: 0, creation_ttl: 0, renewable: false });
    expect(Date.parse(data.issue_time as string) / 1_000).toBeCloseTo(data.creation_time as number, -1);
  });

  it.each([
    [{ ttl: '1h' }, 3_600],
    [{ explicit_max_ttl: '2h' }, 7_200],
  ])('is limited for a root token with %j', async (body, seconds) => {
    expect((await w.token(body)).lease_duration).toBe(seconds);
  });

  it('is limited for a child of a root token that expires', async () => {
    const { client_token } = await w.token({ ttl: '1h' });
    expect(refusal(await w.create({}, client_token)).errors).toEqual([
      'expiring root tokens cannot create non-expiring root tokens',
    ]);
    expect((await w.create({ ttl: '1h' }, client_token)).status).toBe(200);
  });

  it('is enforced: the token is invalid after it', async () => {
    const { client_token } = await w.token({ policies: ['team'], ttl: '1h' });
    expect((await w.call('GET', 'auth/token/lookup-self', { token: client_token })).status).toBe(200);
    w.deps.clock.pass(3_600_000);
    const answer = await w.call('GET', 'auth/token/lookup-self', { token: client_token });
    expect(refusal(answer)).toEqual({ status: 403, errors: ['permission denied'] });
  });
});

describe('a new token', () => {
  it('is an orphan by create-orphan without sudo, or by no_parent with sudo', async () => {
    const byPath = await w.create({}, w.plain, 'auth/token/create-orphan');
    const byField = await w.create({ no_parent: true }, w.sudo);
    expect([byPath.body.auth.orphan, byField.body.auth.orphan]).toEqual([true, true]);
    expect(await w.lookup(byPath.body.auth.client_token)).toMatchObject({
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
    expect((await w.lookup(client_token)).display_name).toBe(shown);
  });

  it('has at most 32 tokens above it', async () => {
    let { client_token: parent } = await w.token({ policies: ['maker'] });
    for (let above = 2; above <= 32; above++) {
      ({ client_token: parent } = await w.token({}, { token: parent }));
    }
    expect(refusal(await w.create({}, parent))).toEqual({
      status: 400,
      errors: ['tokens nest at most 32 deep'],
    });
  });

  it('may have a chosen id, which exists once', async () => {
    const chosen = await w.create({ id: 'chosen-by-sudo', policies: ['team'] }, w.sudo);
    expect(chosen.body.auth.client_token).toBe('chosen-by-sudo');
    expect((await w.call('GET', 'auth/token/lookup-self', { token: 'chosen-by-sudo' })).status).toBe(200);
    const again = await w.create({ id: 'chosen-by-sudo' }, w.sudo);
    expect(refusal(again)).toEqual({ status: 400, errors: ['cannot create a token with a duplicate ID'] });
  });

  it('is bound to the addresses of its parent, unless it is an orphan', async () => {
    const bound = await w.token({ policies: ['maker'] });
    const set = { boundCidrs: ['10.0.0.0/8'] };
    await w.deps.store.commit([
      { update: tokenKey(sha256(bound.client_token)), set, if: { pk: { present: true } } },
    ]);
    const from = { token: bound.client_token, sourceIp: '10.1.2.3', body: {} };
    const child = (await w.call('POST', 'auth/token/create', from)).body.auth.client_token;
    const orphan = (await w.call('POST', 'auth/token/create-orphan', from)).body.auth.client_token;
    expect((await w.lookup(child)).bound_cidrs).toEqual(['10.0.0.0/8']);
    expect((await w.call('GET', 'auth/token/lookup-self', { token: child })).status).toBe(403);
    expect((await w.call('GET', 'auth/token/lookup-self', { token: orphan })).status).toBe(200);
  });

  it('with limited uses is valid for that many requests, including refused ones', async () => {
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
    expect(await w.lookup(auth.client_token)).toMatchObject({
      accessor: '',
      type: 'batch',
      ttl: expect.closeTo(3_600, -1),
    });
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

  it('of type batch is revoked with its parent', async () => {
    const parent = await w.token({ policies: ['maker'] });
    const batch = await w.token({ type: 'batch' }, { token: parent.client_token });
    await w.call('POST', 'auth/token/revoke', { body: { token: parent.client_token } });
    expect((await w.call('GET', 'auth/token/lookup-self', { token: batch.client_token })).status).toBe(403);
  });
});

describe('a token for a child namespace', () => {
  it('belongs to it, and needs sudo', async () => {
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
    expect(await w.lookup(made.body.auth.client_token)).toMatchObject({ namespace_path: 'team-a/' });
  });

  it('has only the policies of the request, and is never a root token of the parent namespace', async () => {
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
