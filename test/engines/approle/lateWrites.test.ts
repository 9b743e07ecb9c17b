import { afterAll, beforeAll, expect, it } from 'vitest';
import { approle } from '../../../functions/engines/approle/approle.ts';
import type { Store } from '../../../functions/ports/store.ts';
import type { Caller } from '../../support/call.ts';
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

it('a role that two requests create at once has the settings of both', async () => {
  const make = (call: Caller, body: object) => call('POST', 'auth/ar/role/shared', { body });
  const call = service.callOn({
    store: meanwhile(service.deps.store, () => make(service.call, { token_ttl: 60 })),
  });

  expect(await make(call, { token_max_ttl: 120 })).toMatchObject({ status: 204 });

  const { data } = (await service.call('GET', 'auth/ar/role/shared')).body;
  expect(data).toMatchObject({ token_ttl: 60, token_max_ttl: 120 });
});

it('a role-id is free again if its role got it while being deleted', async () => {
  for (const name of ['gone', 'heir']) await write(name);
  const call = service.callOn({ store: meanwhile(service.deps.store, () => choose('gone', 'wanted')) });

  expect(await call('DELETE', 'auth/ar/role/gone')).toMatchObject({ status: 204 });

  expect(await service.call('GET', 'auth/ar/role/gone')).toMatchObject({ status: 404 });
  expect(await choose('heir', 'wanted')).toMatchObject({ status: 204 });
});

it('a role-id that another role takes meanwhile is in use', async () => {
  for (const name of ['first', 'second']) await write(name);
  const call = service.callOn({ store: meanwhile(service.deps.store, () => choose('first', 'fought for')) });

  const answer = await call('POST', 'auth/ar/role/second/role-id', { body: { role_id: 'fought for' } });

  expect(answer).toMatchObject({ status: 500, text: expect.stringContaining('role_id already in use') });
});

it.each([
  ['created', 'twin', ''],
  ['chosen', 'twin-too', '/role-id'],
])('a role-id is %s by a request and its repetition at the same time', async (_, name, rest) => {
  if (rest) await write(name);
  const { store } = service.deps;
  const body = { role_id: `id of ${name}` };
  const send = (call: Caller) => call('POST', `auth/ar/role/${name}${rest}`, { body });
  let reads = 0;
  const get: Store['get'] = async (ref) => {
    const isRoleId = ref.sk.startsWith('role-id/');
    if (isRoleId && reads++ === 0) expect((await send(service.call)).status).toBe(204);
    return store.get(ref);
  };

  expect(await send(service.callOn({ store: { ...store, get } }))).toMatchObject({ status: 204 });

  expect(reads).toBe(1);
  const { data } = (await service.call('GET', `auth/ar/role/${name}/role-id`)).body;
  expect(data).toEqual(body);
});
