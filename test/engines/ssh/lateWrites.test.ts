import { afterAll, beforeAll, expect, it } from 'vitest';
import { ssh } from '../../../functions/engines/ssh/ssh.ts';
import type { Caller } from '../../support/call.ts';
import { meanwhile } from '../../support/meanwhile.ts';
import { placeMount } from '../../support/place.ts';
import { type EngineService, engineService } from '../engineService.ts';

let service: EngineService;

beforeAll(async () => {
  service = await engineService(ssh);
  await placeMount(service.deps, 'ssh/', { type: 'ssh' });
});
afterAll(() => service.stop());

const write = (name: string) =>
  service.call('POST', `ssh/roles/${name}`, { body: { key_type: 'otp', default_user: 'ubuntu' } });
const list = (roles: string[], call: Caller = service.call) =>
  call('POST', 'ssh/config/zeroaddress', { body: { roles } });
const listed = async () => (await service.call('GET', 'ssh/config/zeroaddress')).body.data?.roles;

const lateAfter = (act: () => Promise<unknown>): Caller =>
  service.callOn({ store: meanwhile(service.deps.store, act) });

it('a write of the list does not bring back a role that is deleted meanwhile', async () => {
  await write('brief');
  const late = lateAfter(() => service.call('DELETE', 'ssh/roles/brief'));

  expect(await list(['brief'], late)).toMatchObject({ status: 400 });

  expect(await service.call('GET', 'ssh/roles/brief')).toMatchObject({ status: 404 });
  expect(await listed()).toBeUndefined();
});

it('a deletion of a role keeps what was written to the list meanwhile', async () => {
  for (const name of ['old', 'stays', 'new']) await write(name);
  await list(['old', 'stays']);
  const late = lateAfter(() => list(['stays', 'new']));

  expect(await late('DELETE', 'ssh/roles/old')).toMatchObject({ status: 204 });

  expect(await listed()).toEqual(['stays', 'new']);
});
