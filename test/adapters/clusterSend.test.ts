import { once } from 'node:events';
import { createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterSettings } from '../../functions/adapters/clusterSettings.ts';
import { vaultCluster } from '../../functions/adapters/vaultCluster.ts';
import {
  CLUSTER_SETTLE_MS,
  MAX_CLUSTER_ANSWER_BYTES,
  MAX_CLUSTER_TRIES,
  MAX_CLUSTER_WORDS,
  MIN_HIDDEN_LENGTH,
} from '../../functions/limits.ts';
import { ClusterForbids, ClusterUnavailable } from '../../functions/ports/cluster.ts';
import { findFreePort } from '../support/freePort.ts';
import { type FaultyServer, json, settingsFor, startFaultyServer, TOKEN } from './faultyServer.ts';

let server: FaultyServer;
let other: FaultyServer;
beforeAll(async () => {
  [server, other] = [await startFaultyServer(), await startFaultyServer()];
});
beforeEach(() => {
  for (const one of [server, other]) {
    one.leader = { ha_enabled: false };
    one.plan((_, response) => json(response, 404, { errors: [] }));
  }
});
afterAll(() => Promise.all([server.stop(), other.stop()]));

const cluster = (more: Partial<ClusterSettings> = {}) => vaultCluster(settingsFor(server.address, more));

const FROM = { namespace: '', path: 'kv/' };
const TO = { namespace: 'team/', path: 'kv/' };
const ABOUT = { migrationId: 'm-1', requestedBy: 'accessor-1' };
const move = (more: Partial<ClusterSettings> = {}) => cluster(more).remount(FROM, TO, ABOUT);

const POLICY = { data: { policy: 'path "x" {}' } };
const read = async (more: Partial<ClusterSettings> = {}) => (await cluster(more).policy('', 'p'))?.text;

/** The error of a call that has to fail. */
async function failureOf(work: Promise<unknown>): Promise<ClusterUnavailable> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ClusterUnavailable);
  return error;
}

describe('a request', () => {
  it('has the token, the absolute namespace, and a path whose segments are encoded', async () => {
    await cluster({ namespace: 'team a/' }).policy('ünter/', '50% a+b?');
    const [got] = server.got;
    expect(got?.url).toBe('/v1/sys/policies/acl/50%25%20a%2Bb%3F');
    expect(got?.headers).toMatchObject({ 'x-vault-token': TOKEN, 'x-vault-no-request-forwarding': 'true' });
    expect(Buffer.from(String(got?.headers['x-vault-namespace']), 'latin1').toString()).toBe('team a/ünter/');
  });

  it('keeps segments that are dots', async () => {
    await cluster().policy('', 'a/../b');
    expect(server.got[0]?.url).toBe('/v1/sys/policies/acl/a/../b');
  });

  it('says in the headers of a move what moves it', async () => {
    server.plan((_, response) => json(response, 200, { data: { migration_id: 'id' } }));
    expect(await move()).toEqual({ id: 'id' });
    expect(server.got[0]?.body).toEqual({ from: 'kv/', to: 'team/kv/' });
    expect(server.got[0]?.headers).toMatchObject({
      'x-remount-migration': 'm-1',
      'x-remount-requested-by': 'accessor-1',
    });
  });
});

describe('an address', () => {
  it.each(['http://10.0.0.1:8200', 'http://vault.example', 'ftp://127.0.0.1', 'vault', 'https://vault/path'])(
    '%s is refused',
    (address) => {
      expect(() => cluster({ address })).toThrow(/^CLUSTER_ADDR: it /);
      expect(() => cluster({ nodes: { 'https://a': address } })).toThrow(/^an address in CLUSTER_NODES: it /);
    },
  );

  it.each(['http://127.0.0.1:8200/', 'http://localhost:8200', 'http://[::1]:8200', 'https://vault.example'])(
    '%s is taken',
    (address) => {
      expect(cluster({ address }).address).toBe(address.replace(/\/$/, ''));
    },
  );

  it('that a node gives itself gets no token without encryption', async () => {
    server.leader = { ha_enabled: true, leader_address: 'http://10.255.255.1:8200' };
    const { message } = await failureOf(read());
    expect(message).toContain('http://10.255.255.1:8200: it must begin with https://');
    expect(server.got).toEqual([]);
  });
});

describe('a read', () => {
  it.each([412, 429, 472, 473, 474, 500, 502, 503, 504])('is repeated after status %i', async (status) => {
    server.plan((_, response, count) =>
      count < 3 ? json(response, status, { errors: ['not now'] }) : json(response, 200, POLICY),
    );
    expect(await read()).toBe('path "x" {}');
    expect(server.got).toHaveLength(3);
  });

  it('is repeated after a reset, and after an answer that is cut', async () => {
    server.plan((_, response, count) => {
      if (count === 1) response.socket?.resetAndDestroy();
      else if (count === 2)
        response.writeHead(200, { 'Content-Length': 100 }).write('{"da', () => response.destroy());
      else json(response, 200, POLICY);
    });
    expect(await read()).toBe('path "x" {}');
    expect(server.got).toHaveLength(3);
  });

  it('is repeated after an answer that is not from the cluster', async () => {
    server.plan((_, response, count) => {
      if (count < 3) response.writeHead(count === 1 ? 200 : 404).end('<html>gateway</html>');
      else json(response, 200, POLICY);
    });
    expect(await read()).toBe('path "x" {}');
  });

  it(`is sent ${MAX_CLUSTER_TRIES} times at most (MAX_CLUSTER_TRIES), and the error says why`, async () => {
    server.plan((_, response) => json(response, 503, { errors: ['Vault is sealed'] }));
    const error = await failureOf(cluster().policy('team/', 'p'));
    expect(error.message).toBe(
      'no answer to GET sys/policies/acl/:name in namespace team/: status 503, Vault is sealed',
    );
    expect(error.isBusy).toBe(false);
    expect(server.got).toHaveLength(MAX_CLUSTER_TRIES);
  });

  it('waits as long as it is told to, if that is not too long', async () => {
    const pauses: number[] = [];
    let time = 0;
    const clock = {
      now: () => time,
      async sleep(ms: number) {
        pauses.push(ms);
        time += ms;
      },
    };
    server.plan((_, response, count) =>
      count === 1 ? json(response, 429, {}, { 'Retry-After': '2' }) : json(response, 200, POLICY),
    );
    expect(await read({ clock })).toBe('path "x" {}');
    expect(pauses).toEqual([2_000]);

    server.plan((_, response) => json(response, 429, {}, { 'Retry-After': '3600' }));
    const error = await failureOf(read({ clock }));
    expect([error.isBusy, server.got.length]).toEqual([true, 1]);
  });

  it('of a server that hangs ends in time (callTimeoutMs), and may have arrived', async () => {
    server.plan(() => {});
    const started = Date.now();
    const error = await failureOf(read({ callTimeoutMs: 200 }));
    expect(error.message).toMatch(/no answer within \d+ ms$/);
    expect(error.mayHaveArrived).toBe(true);
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it('of a server that sends its answer slowly ends in time', async () => {
    server.plan((_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    await failureOf(read({ callTimeoutMs: 200 }));
  });

  it('is not repeated in a namespace that an administrator has locked', async () => {
    const errors = [
      'API access to this namespace has been locked by an administrator - "a/" must be unlocked',
    ];
    server.plan((_, response) => json(response, 503, { errors }));
    await failureOf(read());
    expect(server.got).toHaveLength(1);
  });

  it('ends at an answer that is too long', async () => {
    const chunk = Buffer.alloc(1_000_000, ' ');
    function* endless() {
      for (;;) yield chunk;
    }
    server.plan((_, response) => pipeline(endless, response, () => {}));
    const { message } = await failureOf(read({ callTimeoutMs: 20_000 }));
    expect(message).toContain(`the answer has more than ${MAX_CLUSTER_ANSWER_BYTES} bytes`);
  });

  it('without data is no answer: an empty table is not to be believed', async () => {
    server.plan((_, response) => json(response, 200, { status: 'ok' }));
    const { message } = await failureOf(cluster().mounts(''));
    expect(message).toBe('the answer to GET sys/mounts is not understood: status 200');
  });

  it('of something that is nowhere finds nothing', async () => {
    const found = cluster();
    expect(await found.policy('', 'p')).toBeUndefined();
    server.plan((_, response) => json(response, 404, { errors: ['namespace not found'] }));
    expect(await found.mounts('gone/')).toEqual(new Map());
    server.plan((_, response) =>
      json(response, 404, { errors: ['1 error occurred:\n\t* unsupported path\n\n'] }),
    );
    expect(await found.namespaces('')).toEqual([]);
    expect(await found.nodes()).toEqual([{ address: server.address, isActive: true }]);
    expect((await failureOf(found.mounts(''))).message).toMatch(/: status 404, unsupported path$/);
  });
});

describe('a move', () => {
  it.each([
    ['its answer is lost', (socket: { destroy(): void } | null) => socket?.destroy()],
    ['the connection is reset', (socket: { resetAndDestroy(): void } | null) => socket?.resetAndDestroy()],
  ])('is sent once if %s, and may have begun', async (_, lose) => {
    server.plan((_, response) => lose(response.socket as never));
    expect((await failureOf(move())).mayHaveArrived).toBe(true);
    expect(server.got).toHaveLength(1);
  });

  it('is sent once if there is no answer in time, and may have begun', async () => {
    server.plan(() => {});
    expect((await failureOf(move({ callTimeoutMs: 200 }))).mayHaveArrived).toBe(true);
    expect(server.got).toHaveLength(1);
  });

  it.each([
    [500, true],
    [502, true],
    [503, true],
    [429, false],
    [472, false],
  ])('is sent once if the status is %i; it may have begun: %s', async (status, mayHaveArrived) => {
    server.plan((_, response) => json(response, status, { errors: [] }));
    const error = await failureOf(move());
    expect([error.mayHaveArrived, error.isBusy]).toEqual([mayHaveArrived, status === 429]);
    expect(server.got).toHaveLength(1);
  });

  it('may have begun if the answer cannot be read, or has no id', async () => {
    server.plan((_, response) => response.writeHead(200).end('garbage'));
    expect((await failureOf(move())).mayHaveArrived).toBe(true);
    expect(server.got).toHaveLength(1);
    server.plan((_, response) => json(response, 200, { data: {} }));
    expect((await failureOf(move())).mayHaveArrived).toBe(true);
  });

  it('has not begun if nobody listens', async () => {
    const address = `http://127.0.0.1:${await findFreePort()}`;
    expect(
      (await failureOf(vaultCluster(settingsFor(address)).remount(FROM, TO, ABOUT))).mayHaveArrived,
    ).toBe(false);
    // The active node is known, and nobody listens there any more.
    server.leader = { ha_enabled: true, leader_address: address };
    const error = await failureOf(move());
    expect(error.mayHaveArrived).toBe(false);
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('has not begun if the cluster cannot prove who it is', async () => {
    const plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(plain, 'listening');
    const { port } = plain.address() as { port: number };
    server.leader = { ha_enabled: true, leader_address: `https://127.0.0.1:${port}` };
    expect((await failureOf(move())).mayHaveArrived).toBe(false);
    plain.close();
  });

  it('that is refused says why', async () => {
    server.plan((_, response) => json(response, 400, { errors: ['no matching mount at "kv/"'] }));
    expect(await move()).toEqual({ why: 'no matching mount at "kv/"' });
  });
});

describe('a revocation', () => {
  const revoke = (force: boolean) => cluster().revoke('team/', 'db/creds/a b/h1', force);

  it.each([false, true])('is repeated, by force: %s', async (force) => {
    server.plan((_, response, count) => {
      if (count === 1) response.socket?.destroy();
      else if (count === 2) json(response, 503, { errors: ['Vault is sealed'] });
      else response.writeHead(204).end();
    });
    expect(await revoke(force)).toEqual({ done: true });
    expect(server.got).toHaveLength(3);
  });

  it('names the lease in the body, by force in the path', async () => {
    server.plan((_, response) => response.writeHead(204).end());
    await revoke(false);
    await revoke(true);
    expect(server.got.map(({ url, body }) => [url, body])).toEqual([
      ['/v1/sys/leases/revoke', { lease_id: 'db/creds/a b/h1', sync: true }],
      ['/v1/sys/leases/revoke-force/db/creds/a%20b/h1', ''],
    ]);
  });

  it.each([false, true])(
    'without an answer does not name the lease in the error, by force: %s',
    async (force) => {
      const id = 'db/creds/payroll-admin/h1';
      server.plan(({ url }, response) => {
        const errors = [`cannot revoke ${force ? url.slice('/v1/'.length) : id}`];
        json(response, 503, { errors });
      });
      const error = await failureOf(cluster().revoke('team/', id, force));
      expect(error.message).toBe(
        force
          ? 'no answer to POST sys/leases/revoke-force/:prefix in namespace team/: status 503, cannot revoke sys/leases/revoke-force/:prefix'
          : 'no answer to POST sys/leases/revoke in namespace team/: status 503, cannot revoke …',
      );
    },
  );

  it('that fails gives the words of the engine', async () => {
    const errors = ['1 error occurred:\n\t* failed to revoke entry: connection refused\n\n'];
    server.plan((_, response) => json(response, 400, { errors }));
    expect(await revoke(false)).toEqual({ done: false, why: 'failed to revoke entry: connection refused' });
    expect(server.got).toHaveLength(1);
  });
});

describe('the active node', () => {
  it('gets the requests, at the address that is configured for it', async () => {
    server.leader = { ha_enabled: true, is_self: false, leader_address: 'https://10.0.0.2:8200/' };
    other.plan((_, response) => json(response, 200, POLICY));
    expect(await read({ nodes: { 'https://10.0.0.2:8200': other.address } })).toBe('path "x" {}');
    expect([server.got.length, other.got.length]).toEqual([0, 1]);
  });

  it('is asked for once for many calls', async () => {
    server.plan((_, response) => json(response, 200, POLICY));
    const asking = cluster();
    await Promise.all(Array.from({ length: 20 }, () => asking.policy('', 'p')));
    expect([server.asked, server.got.length]).toEqual([1, 20]);
  });

  it('is found through another node when the first is gone', async () => {
    const gone = `http://127.0.0.1:${await findFreePort()}`;
    other.plan((_, response) => json(response, 200, POLICY));
    const nodes = { 'https://10.0.0.2:8200': other.address };
    expect(await vaultCluster(settingsFor(gone, { nodes })).policy('', 'p')).toMatchObject({
      text: 'path "x" {}',
    });
  });

  it('is asked for again after a failure', async () => {
    server.plan((_, response) => {
      server.leader = { ha_enabled: true, leader_address: other.address };
      json(response, 503, { errors: ['Vault is sealed'] });
    });
    other.plan((_, response) => json(response, 200, POLICY));
    expect(await read()).toBe('path "x" {}');
  });

  it('is waited for, by a move too', async () => {
    server.leader = { ha_enabled: true, leader_address: '' };
    server.plan((_, response) => json(response, 200, { data: { migration_id: 'id' } }));
    const clock = {
      now: () => Date.now(),
      async sleep() {
        if (server.asked === 3) server.leader = { ha_enabled: true, leader_address: server.address };
      },
    };
    expect(await move({ clock })).toEqual({ id: 'id' });
    expect([server.asked, server.got.length]).toEqual([4, 1]);
  });

  it('that stays unknown is no answer', async () => {
    server.leader = { ha_enabled: true, leader_address: '' };
    const { message, mayHaveArrived } = await failureOf(move());
    expect(message).toContain('it knows no active node');
    expect(mayHaveArrived).toBe(false);
  });
});

describe('the nodes', () => {
  const listed = [
    { api_address: 'https://10.0.0.1:8200', active_node: true },
    { api_address: 'https://10.0.0.2:8200/', active_node: false },
  ];

  it('are where the service reaches them', async () => {
    server.plan((_, response) => json(response, 200, { data: { nodes: listed } }));
    expect(await cluster({ nodes: { 'https://10.0.0.2:8200': other.address } }).nodes()).toEqual([
      { address: 'https://10.0.0.1:8200', isActive: true },
      { address: other.address, isActive: false },
    ]);
  });

  it('are not known while the active node is new (CLUSTER_SETTLE_MS)', async () => {
    server.plan((_, response) => json(response, 200, { data: { nodes: listed } }));
    // The time of an answer is in whole seconds.
    const since = (ms: number) => new Date(Date.now() - ms).toISOString();
    const leader = { ha_enabled: true, is_self: true, leader_address: server.address };
    server.leader = { ...leader, active_time: since(CLUSTER_SETTLE_MS - 1_000) };
    const { message } = await failureOf(cluster().nodes());
    expect(message).toBe('the active node is new, and does not know all other nodes yet');
    server.leader = { ...leader, active_time: since(CLUSTER_SETTLE_MS + 1_000) };
    expect(await cluster().nodes()).toHaveLength(2);
    // Another node has become active meanwhile.
    server.leader = { ...leader, is_self: false, active_time: since(CLUSTER_SETTLE_MS + 1_000) };
    expect((await failureOf(cluster().nodes())).message).toBe(message);
  });

  it('that do not serve reads themselves answer with what the active node serves', async () => {
    server.leader = { ha_enabled: true, leader_address: other.address };
    server.plan((_, response) => json(response, 307, {}, { Location: `${other.address}/v1/sys/mounts` }));
    other.plan((_, response) => json(response, 200, { data: { 'kv/': { type: 'kv', accessor: 'kv_1' } } }));
    const mounts = await cluster().mounts('', { address: server.address, isActive: false });
    expect([...mounts.keys()]).toEqual(['kv/', 'auth/kv/']);
    expect([server.got.length, other.got.length]).toEqual([2, 2]);
  });
});

describe('a redirect', () => {
  const toward = (address: string) => ({ Location: `${address}/v1/sys/remount` });

  it('of a standby is followed to the active node, by a move too', async () => {
    server.plan((_, response) => {
      server.leader = { ha_enabled: true, leader_address: other.address };
      json(response, 307, {}, toward(other.address));
    });
    other.plan((_, response) => json(response, 200, { data: { migration_id: 'id' } }));
    expect(await move()).toEqual({ id: 'id' });
    expect([server.got.length, other.got.length]).toEqual([1, 1]);
  });

  it('to an address that is no node is not followed', async () => {
    server.plan((_, response) => json(response, 307, {}, toward(other.address)));
    const { message } = await failureOf(read());
    expect(message).toContain('it is redirected to another node');
    expect(other.got).toEqual([]);
    expect((await failureOf(move())).mayHaveArrived).toBe(false);
  });

  it.each([301, 302, 303, 308])('with status %i is not followed', async (status) => {
    server.plan((_, response) => json(response, status, {}, toward(other.address)));
    expect((await failureOf(read())).message).toContain(`status ${status}`);
    expect((await failureOf(move())).mayHaveArrived).toBe(false);
    expect(other.got).toEqual([]);
  });
});

describe('an error', () => {
  it('has no token in it, whatever the server says', async () => {
    const asked = 's.the-token-of-a-caller';
    server.plan((got, response) =>
      json(response, 400, { errors: [`${got.headers['x-vault-token']} asks for ${got.body.token}`] }),
    );
    const { message } = await failureOf(cluster().lookup(asked));
    expect(message).toBe('the answer to POST auth/token/lookup is not understood: status 400, … asks for …');
  });

  it(`hides no token of less than ${MIN_HIDDEN_LENGTH} characters (MIN_HIDDEN_LENGTH): it is a part of other words`, async () => {
    server.plan((_, response) => json(response, 400, { errors: ['path already in use at "roots/"'] }));
    const roots = { namespace: '', path: 'roots/' };
    expect(await cluster({ credentials: { token: 'root' } }).isRouted(roots)).toBe(true);
  });

  it(`has at most ${MAX_CLUSTER_WORDS} characters of the server (MAX_CLUSTER_WORDS)`, async () => {
    server.plan((_, response) => json(response, 400, { errors: ['x'.repeat(10_000)] }));
    const { message } = await failureOf(read());
    expect(message.length).toBeLessThan(MAX_CLUSTER_WORDS + 100);
    expect(message).toContain('x'.repeat(MAX_CLUSTER_WORDS));
  });

  it('of a missing right names the line of the policy', async () => {
    server.plan((_, response) =>
      json(response, 403, { errors: ['1 error occurred:\n\t* permission denied\n\n'] }),
    );
    await expect(cluster().revoke('a/b/', 'db/creds/r/h1', false)).rejects.toThrow(
      new ClusterForbids(
        'the policy of the service lacks: path "+/+/sys/leases/revoke" { capabilities = ["update"] }, or its ' +
          'token is not valid (POST sys/leases/revoke in namespace a/b/: permission denied)',
      ),
    );
  });
});

describe('a question about no token', () => {
  it('is not sent: the cluster would tell of the token of the service', async () => {
    expect(await cluster().lookup('')).toBeUndefined();
    expect(server.got).toEqual([]);
  });
});
