import { describe, expect, it } from 'vitest';
import { tokenRoleKey } from '../../functions/store/keys.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { tokenWorld } from './tokenWorld.ts';

const w = throughFile(tokenWorld);

const HOUR = 3_600_000;

const read = async (name: string) => (await w.call('GET', `auth/token/roles/${name}`)).body.data;

describe('a token role', () => {
  it('keeps what another request writes to it meanwhile', async () => {
    await w.post('roles/shared', { token_period: '1h' });
    const other = () => w.post('roles/shared', { orphan: true });
    const late = w.callOn({ store: meanwhile(w.deps.store, other) });
    await late('POST', 'auth/token/roles/shared', { body: { allowed_policies: 'a' } });
    expect(await read('shared')).toMatchObject({
      token_period: 3_600,
      orphan: true,
      allowed_policies: ['a'],
    });
  });

  it('that is deleted meanwhile is written anew, without its former settings', async () => {
    await w.post('roles/brief', { orphan: true });
    const other = () => w.call('DELETE', 'auth/token/roles/brief');
    const late = w.callOn({ store: meanwhile(w.deps.store, other) });
    await late('POST', 'auth/token/roles/brief', { body: { allowed_policies: 'a' } });
    expect(await read('brief')).toMatchObject({ orphan: false, allowed_policies: ['a'] });
  });

  it('has a name and a suffix that fit into the key of a lease', async () => {
    const name = `r${'o'.repeat(500)}le`;
    const answer = await w.post(`roles/${name}`, { path_suffix: 'v'.repeat(10) });
    expect(refusal(answer).errors[0]).toMatch(/at most 512 bytes long together/);
    expect((await w.post(`roles/${name}`, { path_suffix: 'v'.repeat(9) })).status).toBe(204);
    expect((await w.post(`create/${name}`, { ttl: '1h' })).status).toBe(200);
  });

  it('is of at most the size of any record', async () => {
    const answer = await w.post('roles/large', { allowed_policies: ['x'.repeat(200_000)] });
    expect(answer.status).toBe(413);
    expect(await w.deps.store.get(tokenRoleKey('root', 'large'))).toBeUndefined();
  });

  it('lets its tokens live up to its maximum as it is now, counted from their creation', async () => {
    await w.post('roles/limited', { token_explicit_max_ttl: '10h' });
    const { auth } = (await w.post('create/limited', { policies: ['default'], ttl: '4h' })).body;
    const renew = async () => (await w.post('renew', { token: auth.client_token, increment: '4h' })).body;
    w.deps.clock.pass(3 * HOUR);
    expect((await renew()).auth.lease_duration).toBe(4 * 3_600);
    await w.post('roles/limited', { token_explicit_max_ttl: '5h' });
    const { auth: renewed, warnings } = await renew();
    expect(renewed.lease_duration).toBeCloseTo(2 * 3_600, -1);
    expect(warnings[0]).toMatch(/^TTL of "4h" exceeded the effective max_ttl of/);
  });

  it('binds its tokens to its addresses', async () => {
    await w.post('roles/bound', { token_bound_cidrs: '10.0.0.0/8' });
    const { auth } = (await w.post('create/bound', { policies: ['default'] })).body;
    expect(await w.works(auth.client_token)).toBe(false);
    const { data } = (await w.post('lookup', { token: auth.client_token })).body;
    expect(data.bound_cidrs).toEqual(['10.0.0.0/8']);
  });
});
