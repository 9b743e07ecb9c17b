import { describe, expect, it } from 'vitest';
import { revokeToken } from '../../functions/credentials/revoke.ts';
import type { Store } from '../../functions/ports/store.ts';
import { sha256 } from '../../functions/store/keys.ts';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { tokenWorld } from './tokenWorld.ts';

const w = throughFile(tokenWorld);

describe('revoking a token', () => {
  it.each([
    ['itself', (secret: string) => w.post('revoke-self', {}, secret)],
    ['by its id', (secret: string) => w.post('revoke', { token: secret })],
    ['by its accessor', (_: string, accessor: string) => w.post('revoke-accessor', { accessor })],
    ['with orphans', (secret: string) => w.post('revoke-orphan', { token: secret })],
  ])('%s makes it invalid and leaves nothing behind', async (_, revoke) => {
    const auth = await w.token({ policies: ['default'] });
    const places = await w.placesOf(auth);
    expect(await w.stored(places)).toHaveLength(3);
    expect((await revoke(auth.client_token, auth.accessor)).status).toBe(204);
    expect(await w.works(auth.client_token)).toBe(false);
    expect(await w.stored(places)).toEqual([]);
  });

  it('that is unknown is no error', async () => {
    expect((await w.post('revoke', { token: 's.unknown' })).status).toBe(204);
    const { status, body } = await w.post('revoke-accessor', { accessor: 'unknown' });
    expect([status, body.warnings]).toEqual([200, ['No token found with this accessor']]);
  });

  it('revokes everything below it, three levels deep, with the leases', async () => {
    const top = await w.token({ policies: ['maker', 'renter'] });
    const chain = [top];
    for (let depth = 0; depth < 3; depth++)
      chain.push(await w.token({}, { token: chain.at(-1)?.client_token as string }));
    const sibling = await w.token({}, { token: top.client_token });
    const orphan = await w.call('POST', 'auth/token/create-orphan', { token: top.client_token, body: {} });
    const leases = await Promise.all([...chain, sibling].map(({ client_token }) => w.rent(client_token)));
    for (const { key } of leases) expect(await w.rentWorks(key)).toEqual({ works: true, stored: true });
    const places = (await Promise.all([...chain, sibling].map(w.placesOf))).flat();
    expect(await w.stored(places)).toHaveLength(15);

    await w.post('revoke', { token: top.client_token });

    for (const { client_token } of [...chain, sibling]) expect(await w.works(client_token)).toBe(false);
    expect(await w.stored(places)).toEqual([]);
    for (const { id, key } of leases) {
      expect(await w.rentWorks(key)).toEqual({ works: false, stored: false });
      const lookup = await w.call('POST', 'sys/leases/lookup', { body: { lease_id: id } });
      expect(refusal(lookup).errors).toEqual(['invalid lease']);
    }
    expect(await w.works(orphan.body.auth.client_token)).toBe(true);
  });

  it.each(['revoke', 'revoke-orphan'])(
    'by %s does not revoke a later token with the id of a former child',
    async (path) => {
      const { client_token: parent } = await w.token({ policies: ['root'] });
      const id = `chosen-${w.deps.ids.hex(10)}`;
      await w.token({ id }, { token: parent });
      await w.post('revoke', { token: id });
      const later = await w.token({ id, policies: ['default'] });
      const places = await w.placesOf(later);

      expect((await w.post(path, { token: parent })).status).toBe(204);

      expect(await w.works(id)).toBe(true);
      expect(await w.stored(places)).toHaveLength(3);
    },
  );

  it('makes it invalid before anything is removed', async () => {
    const { client_token: token } = await w.token({ policies: ['maker'] });
    await w.token({}, { token });
    const seen: boolean[] = [];
    const store: Store = {
      ...w.deps.store,
      async deleteMany(refs) {
        seen.push(await w.works(token));
        await w.deps.store.deleteMany(refs);
      },
    };
    await revokeToken({ store }, { hash: sha256(token) });
    expect(new Set(seen)).toEqual(new Set([false]));
  });

  it('does not revoke its parent and siblings', async () => {
    const parent = await w.token({ policies: ['maker', 'renter'] });
    const [one, other] = await Promise.all([
      w.token({}, { token: parent.client_token }),
      w.token({}, { token: parent.client_token }),
    ]);
    const { key } = await w.rent(other.client_token);
    await w.post('revoke', { token: one.client_token });
    expect(await Promise.all([parent, other].map(({ client_token }) => w.works(client_token)))).toEqual([
      true,
      true,
    ]);
    expect(await w.rentWorks(key)).toMatchObject({ works: true });
  });

  it('revokes a child that is created at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const { client_token: parent } = await w.token({ policies: ['maker'] });
      const births = Array.from({ length: 5 }, () =>
        w.call('POST', 'auth/token/create', { token: parent, body: {} }),
      );
      const [, ...born] = await Promise.all([w.post('revoke', { token: parent }), ...births]);
      for (const { status, body } of born) {
        if (status === 200) expect(await w.works(body.auth.client_token)).toBe(false);
        else expect([403, 503]).toContain(status);
      }
    }
  });
});
