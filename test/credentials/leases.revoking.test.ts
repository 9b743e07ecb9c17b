import { describe, expect, it } from 'vitest';
import { revokeLeaseItems } from '../../functions/credentials/revoke.ts';
import { type Token, tokenOf } from '../../functions/credentials/token.ts';
import type { Item, Store } from '../../functions/ports/store.ts';
import { leaseKey, sha256, tokenKey } from '../../functions/store/keys.ts';
import { throughFile } from '../support/throughFile.ts';
import { refusal } from '../support/world.ts';
import { leaseWorld, type Rented } from './leaseWorld.ts';

const w = throughFile(leaseWorld);

describe('revoking a lease', () => {
  it('invalidates its credential, and answers 204, or 202 where sync is false', async () => {
    const answers: [number, Rented][] = [];
    for (const sync of [undefined, false, true]) {
      const lease = await w.issue();
      answers.push([(await w.revoke(lease.id, { sync })).status, lease]);
    }
    for (const path of ['sys/leases/revoke', 'sys/revoke']) {
      const lease = await w.issue();
      answers.push([(await w.call('PUT', `${path}/${lease.id}`)).status, lease]);
    }
    expect(answers.map(([status]) => status)).toEqual([204, 202, 204, 204, 204]);
    for (const [, lease] of answers) {
      expect(await w.works(lease)).toBe(false);
      expect(refusal(await w.lookup(lease.id)).errors).toEqual(['invalid lease']);
    }
  });

  it('that is unknown is no error; a request without an id is one', async () => {
    expect((await w.revoke('rent/creds/web/unknown', { sync: false })).status).toBe(202);
    expect((await w.revoke('rent/creds/web/unknown')).status).toBe(204);
    expect(refusal(await w.revoke(undefined)).errors).toEqual(['lease_id must be specified']);
  });

  it('whose id is in the body is refused at the path of another one, and so is its renewal', async () => {
    const [named, judged] = [await w.issue(), await w.issue()];
    for (const path of ['sys/leases/revoke', 'sys/leases/renew', 'sys/revoke', 'sys/renew']) {
      const answer = await w.call('PUT', `${path}/${judged.id}`, { body: { lease_id: named.id } });
      expect(refusal(answer).errors).toEqual(['lease_id is not the lease in the path']);
    }
    expect([await w.works(named), await w.works(judged)]).toEqual([true, true]);
    const same = await w.call('PUT', `sys/leases/revoke/${named.id}`, { body: { lease_id: named.id } });
    expect(same.status).toBe(204);
  });

  it('of an ssh password deletes the password', async () => {
    const { body } = await w.call('POST', 'host/creds/web', {
      token: w.holder.client_token,
      body: { ip: '10.1.2.3' },
    });
    await w.revoke(body.lease_id);
    const verified = await w.call('POST', 'host/verify', { token: '', body: { otp: body.data.key } });
    expect(refusal(verified).errors).toEqual(['OTP not found']);
  });

  it('of a token makes the token invalid before anything is removed', async () => {
    const { client_token: token } = await w.token({ policies: ['everything'] });
    await w.token({ policies: ['default'] }, { token });
    const { lease } = tokenOf(await w.deps.store.get(tokenKey(sha256(token)))) as Token;
    const item = await w.deps.store.get(leaseKey(lease?.mountUuid ?? '', lease?.path ?? ''));
    const seen: number[] = [];
    const store: Store = {
      ...w.deps.store,
      async deleteMany(refs) {
        if (refs.length > 0) seen.push((await w.call('GET', 'auth/token/lookup-self', { token })).status);
        await w.deps.store.deleteMany(refs);
      },
    };
    await revokeLeaseItems(store, [item as Item]);
    expect(new Set(seen)).toEqual(new Set([403]));
  });

  it('of a token revokes the token and its children', async () => {
    const before = (await w.call('LIST', 'sys/leases/lookup/auth/token/create')).body.data.keys as string[];
    const parent = await w.token({ policies: ['everything'] });
    const after = (await w.call('LIST', 'sys/leases/lookup/auth/token/create')).body.data.keys as string[];
    const child = await w.token({ policies: ['default'] }, { token: parent.client_token });
    const name = after.find((key) => !before.includes(key));
    expect((await w.revoke(`auth/token/create/${name}`)).status).toBe(204);
    for (const { client_token: token } of [parent, child])
      expect((await w.call('GET', 'auth/token/lookup-self', { token })).status).toBe(403);
  });
});

describe('tidying leases', () => {
  it('is accepted', async () => {
    const { status, body } = await w.call('POST', 'sys/leases/tidy');
    expect([status, body.warnings]).toEqual([
      202,
      [
        "Tidy operation successfully started. Any information from the operation will be printed to OpenBao's server logs.",
      ],
    ]);
  });
});
