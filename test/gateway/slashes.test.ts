import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeMount } from '../support/place.ts';
import { type World, world } from '../support/world.ts';

let service: World;
let token: string;

beforeAll(async () => {
  service = await world();
  await placeMount(service.deps, 'ssh/', { type: 'ssh' });
  await service.policy(
    'operator',
    `path "ssh/roles/*" { capabilities = ["read", "delete", "list"] }
     path "ssh/roles/adm" { capabilities = ["deny"] }`,
  );
  token = (await service.token({ policies: ['operator'] })).client_token;
  const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '0.0.0.0/0' };
  for (const name of ['adm', 'web']) await service.call('POST', `ssh/roles/${name}`, { body: role });
});
afterAll(() => service.stop());

describe('a slash after a name', () => {
  it.each(['GET', 'DELETE'])('does not let %s bypass a rule for the name', async (method) => {
    expect((await service.call(method, 'ssh/roles/adm', { token })).status).toBe(403);
    expect((await service.call(method, 'ssh/roles/adm/', { token })).status).toBe(404);
    expect((await service.call('GET', 'ssh/roles/adm')).status).toBe(200);
  });

  it('is allowed for a list, and for a collection with a fixed name', async () => {
    expect((await service.call('LIST', 'ssh/roles', { token })).body.data.keys).toEqual(['adm', 'web']);
    expect((await service.call('LIST', 'ssh/roles/', { token })).status).toBe(200);
  });
});
