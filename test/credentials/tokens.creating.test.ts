import { describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { makerWorld } from './makerWorld.ts';

const w = throughFile(makerWorld);

describe('creating a token', () => {
  it('answers an auth object with all of its keys, and no data', async () => {
    const { status, body } = await w.create({
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
    expect(await w.lookup(body.auth.client_token)).toMatchObject({
      display_name: 'token-ci-job',
      meta: { user: 'armon' },
      path: 'auth/token/create',
    });
  });

  it.each(['ttl', 'explicit_max_ttl', 'period'])('with a %s below a second lives for one', async (field) => {
    for (const policies of [['team'], ['root']]) {
      const { body } = await w.call('POST', 'auth/token/create', { body: { policies, [field]: '500ms' } });
      expect(body.auth.lease_duration).toBe(1);
    }
  });

  it('is refused without the capability on the path', async () => {
    const weak = await w.token({ policies: ['team'] });
    expect((await w.create({}, weak.client_token)).status).toBe(403);
  });

  it.each([
    [{ num_uses: 5 }, 'restricted use token cannot generate child tokens'],
    [{ type: 'batch' }, 'batch tokens cannot create more tokens'],
  ])('is refused to a token that was created with %j', async (how, text) => {
    const { client_token } = await w.token({ policies: ['maker'], ...how });
    expect(refusal(await w.create({}, client_token))).toEqual({ status: 400, errors: [text] });
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
    expect(refusal(await w.create(body, w.plain))).toEqual({ status: 400, errors: [text] });
  });

  it.each([
    [{ policies: ['root'] }, 'root tokens may not be created without parent token being root'],
    [{ policies: ['response-wrapping'] }, 'cannot assign policy "response-wrapping"'],
    [{ id: 'short' }, 'custom token ID must have at least 8 characters'],
    [{ id: 's.looks-issued' }, "custom token ID cannot have the 's.' prefix"],
    [{ id: 'with.dot-inside' }, "custom token ID cannot have a '.' in the value"],
  ])('refuses %j to a token with sudo', async (body, text) => {
    expect(refusal(await w.create(body, w.sudo))).toEqual({ status: 400, errors: [text] });
  });

  it('refuses a root token of type batch', async () => {
    expect(refusal(await w.create({ policies: ['root'], type: 'batch' })).errors).toEqual([
      'batch tokens cannot be root tokens',
    ]);
  });

  it('has no token roles', async () => {
    const answer = await w.create({}, w.root, 'auth/token/create/ci');
    expect(refusal(answer)).toEqual({ status: 400, errors: ['unknown role ci'] });
  });

  it.each([
    ['ttl', '-1s', 'ttl must be positive'],
    ['lease', -1, 'lease must be positive'],
    ['period', '-1h', 'period must be positive'],
    ['explicit_max_ttl', 'soon', 'time: invalid duration "soon"'],
  ])('refuses the %s %j', async (field, time, text) => {
    expect(refusal(await w.create({ [field]: time }))).toEqual({ status: 400, errors: [text] });
  });
});

describe('the policies of a new token', () => {
  it.each([
    ['its parent’s when none are asked for', {}, 'plain', ['default', 'maker', 'team']],
    [
      'those of the request, and default because the parent has it',
      { policies: ['team'] },
      'plain',
      ['default', 'team'],
    ],
    ['without default on request', { policies: ['team'], no_default_policy: true }, 'plain', ['team']],
    ['inherited without default on request', { no_default_policy: true }, 'plain', ['maker', 'team']],
    ['anything with sudo', { policies: ['team'] }, 'sudo', ['default', 'team']],
    [
      'trimmed, in lower case, sorted, without repetitions',
      { policies: [' Team', 'maker', 'TEAM'] },
      'sudo',
      ['default', 'maker', 'team'],
    ],
    ['one name where it is a text', { policies: 'team, maker' }, 'sudo', ['default', 'team, maker']],
    ['root alone, which swallows others', { policies: ['team', 'root'] }, 'root', ['root']],
    ['root inherited', {}, 'root', ['root']],
  ])('are %s', async (_, body, who, policies) => {
    const token = who === 'plain' ? w.plain : who === 'sudo' ? w.sudo : w.root;
    expect((await w.create(body, token)).body.auth.policies).toEqual(policies);
  });

  it('do not include default when the parent has neither default nor sudo', async () => {
    const { client_token } = await w.token({ policies: ['maker', 'team'], no_default_policy: true });
    expect((await w.create({ policies: ['team'] }, client_token)).body.auth.policies).toEqual(['team']);
  });

  it('may be unknown; then the answer has a warning', async () => {
    const { body } = await w.create({ policies: ['ghost', 'team'] }, w.sudo);
    expect(body.auth.policies).toEqual(['default', 'ghost', 'team']);
    expect(body.warnings).toEqual(['Policy "ghost" does not exist']);
  });

  it('have names of a limited length', async () => {
    const answer = await w.create({ policies: ['x'.repeat(2_000)] }, w.sudo);
    expect(refusal(answer)).toEqual({
      status: 400,
      errors: ['the name of a policy is longer than 512 bytes'],
    });
  });

  it('are at most fifty', async () => {
    const policies = Array.from({ length: 50 }, (_, i) => `p${i}`);
    expect((await w.create({ policies, no_default_policy: true }, w.sudo)).status).toBe(200);
    expect(refusal(await w.create({ policies }, w.sudo))).toEqual({
      status: 400,
      errors: ['a token has at most 50 policies'],
    });
  });
});
