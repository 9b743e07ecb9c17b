import { afterAll, beforeAll, expect, it } from 'vitest';
import { approle } from '../../../functions/engines/approle/approle.ts';
import { meanwhile } from '../../support/meanwhile.ts';
import { placeMount } from '../../support/place.ts';
import { type EngineService, engineService } from '../engineService.ts';

let service: EngineService;

beforeAll(async () => {
  service = await engineService(approle);
  await placeMount(service.deps, 'auth/ar/', { type: 'approle' });
});
afterAll(() => service.stop());

const write = (name: string) => service.call('POST', `auth/ar/role/${name}`, { body: {} });
const choose = (name: string, role_id: string) =>
  service.call('POST', `auth/ar/role/${name}/role-id`, { body: { role_id } });

it('a role-id that a role is given while it is deleted is free again', async () => {
  for (const name of ['gone', 'heir']) await write(name);
  const call = service.callOn(meanwhile(service.deps.store, () => choose('gone', 'wanted')));

  expect(await call('DELETE', 'auth/ar/role/gone')).toMatchObject({ status: 204 });

  expect(await service.call('GET', 'auth/ar/role/gone')).toMatchObject({ status: 404 });
  expect(await choose('heir', 'wanted')).toMatchObject({ status: 204 });
});
