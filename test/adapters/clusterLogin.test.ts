import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { vaultCluster } from '../../functions/adapters/vaultCluster.ts';
import { LOGIN_MARGIN_MS, LOGIN_PAUSE_MS } from '../../functions/limits.ts';
import { type Cluster, ClusterForbids, ClusterUnavailable } from '../../functions/ports/cluster.ts';
import { type FaultyServer, json, settingsFor, startFaultyServer } from './faultyServer.ts';

const LIFE_S = 1_200;

let server: FaultyServer;
beforeAll(async () => {
  server = await startFaultyServer();
});
afterAll(() => server.stop());

let time: number;
let logins: { role_id: string; secret_id: string }[];
/** The tokens that the server takes. */
let valid: Set<string>;
let secretIds: string[];
let lifeS: number;
beforeEach(() => {
  time = 0;
  logins = [];
  valid = new Set();
  secretIds = [];
  lifeS = LIFE_S;
  server.plan(({ url, headers, body }, response) => {
    if (url === '/v1/auth/machines/login') {
      logins.push(body);
      const client_token = `token-${logins.length}`;
      valid.add(client_token);
      return json(response, 200, { auth: { client_token, lease_duration: lifeS } });
    }
    const mayDo = valid.has(String(headers['x-vault-token']));
    json(response, mayDo ? 404 : 403, { errors: mayDo ? [] : ['permission denied'] });
  });
});

function connect(secretId = async () => secretIds.at(-1) ?? 'the-id-of-the-secret'): Cluster {
  const clock = { now: () => time, sleep: async () => {} };
  const credentials = { roleId: 'the-id-of-the-role', secretId, mount: 'auth/machines/' };
  return vaultCluster(settingsFor(server.address, { credentials, clock, namespace: 'ops/' }));
}

const read = (cluster: Cluster) => cluster.policy('', 'p');

describe('a login', () => {
  it('is made in the namespace of the service, once for many calls', async () => {
    const cluster = connect();
    expect(cluster.loginPath).toEqual({ namespace: '', path: 'auth/machines/' });
    await Promise.all(Array.from({ length: 10 }, () => read(cluster)));
    expect(logins).toEqual([{ role_id: 'the-id-of-the-role', secret_id: 'the-id-of-the-secret' }]);
    const [login, ...reads] = server.got;
    expect(login?.headers).toMatchObject({ 'x-vault-namespace': 'ops/' });
    expect(login?.headers).not.toHaveProperty('x-vault-token');
    expect(new Set(reads.map(({ headers }) => headers['x-vault-token']))).toEqual(new Set(['token-1']));
  });

  it('is made again shortly before its token ends (LOGIN_MARGIN_MS)', async () => {
    const cluster = connect();
    await read(cluster);
    time = LIFE_S * 1_000 - LOGIN_MARGIN_MS - 1;
    await read(cluster);
    expect(logins).toHaveLength(1);
    time++;
    await read(cluster);
    expect(logins).toHaveLength(2);
  });

  it('of a short life is used for half of it', async () => {
    lifeS = 10;
    const cluster = connect();
    await read(cluster);
    time = 4_999;
    await read(cluster);
    expect(logins).toHaveLength(1);
    time = 5_000;
    await read(cluster);
    expect(logins).toHaveLength(2);
  });

  it('reads the secret id anew: it may have been replaced', async () => {
    const cluster = connect();
    await read(cluster);
    time = LIFE_S * 1_000;
    secretIds = ['replaced'];
    await read(cluster);
    expect(logins.map(({ secret_id }) => secret_id)).toEqual(['the-id-of-the-secret', 'replaced']);
  });
});

describe('a token that is refused', () => {
  it('is replaced, and the request is sent again', async () => {
    const cluster = connect();
    await read(cluster);
    valid.clear();
    time = LOGIN_PAUSE_MS;
    expect(await read(cluster)).toBeUndefined();
    expect(logins).toHaveLength(2);
  });

  it('is replaced once for all calls that it is refused to', async () => {
    const cluster = connect();
    await read(cluster);
    valid.clear();
    time = LOGIN_PAUSE_MS;
    await Promise.all(Array.from({ length: 10 }, () => read(cluster)));
    expect(logins).toHaveLength(2);
  });

  it('is not replaced while it is young (LOGIN_PAUSE_MS): then the policy lacks something', async () => {
    const cluster = connect();
    await read(cluster);
    valid.clear();
    time = LOGIN_PAUSE_MS - 1;
    await expect(read(cluster)).rejects.toThrow(ClusterForbids);
    expect(logins).toHaveLength(1);
  });

  it('with a right that the new one lacks as well ends as a missing right', async () => {
    const cluster = connect();
    await read(cluster);
    server.plan(({ url }, response) =>
      url.endsWith('/login')
        ? json(response, 200, { auth: { client_token: 'new', lease_duration: LIFE_S } })
        : json(response, 403, { errors: ['permission denied'] }),
    );
    time = LOGIN_PAUSE_MS;
    await expect(read(cluster)).rejects.toThrow(
      'the policy of the service lacks: path "sys/policies/acl/*" { capabilities = ["read"] }',
    );
    expect(server.got.map(({ url }) => url)).toEqual([
      '/v1/sys/policies/acl/p',
      '/v1/auth/machines/login',
      '/v1/sys/policies/acl/p',
    ]);
  });

  it('is no matter of the login if it is the one that is asked about', async () => {
    const cluster = connect();
    await read(cluster);
    server.plan((_, response) => json(response, 403, { errors: ['bad token'] }));
    time = LOGIN_PAUSE_MS;
    expect(await cluster.lookup('s.of-a-caller')).toBeUndefined();
    expect(server.got).toHaveLength(1);
  });
});

describe('a login that fails', () => {
  it.each([400, 403])('with status %i says so, without the credentials', async (status) => {
    server.plan(({ body }, response) =>
      json(response, status, { errors: [`invalid role or secret ID: ${body.role_id} ${body.secret_id}`] }),
    );
    await expect(read(connect())).rejects.toThrow(
      new ClusterForbids(
        'the cluster refuses the login of the service (POST auth/machines/login in namespace ops/: ' +
          'invalid role or secret ID: … …)',
      ),
    );
  });

  it('without an answer is unavailable, and is made again for the next call', async () => {
    server.plan((_, response) => response.socket?.destroy());
    const cluster = connect();
    await expect(read(cluster)).rejects.toThrow(ClusterUnavailable);
    server.plan(({ url }, response) =>
      url.endsWith('/login')
        ? json(response, 200, { auth: { client_token: 'new', lease_duration: LIFE_S } })
        : json(response, 404, { errors: [] }),
    );
    expect(await read(cluster)).toBeUndefined();
  });

  it('without a token in its answer is unavailable', async () => {
    server.plan((_, response) => json(response, 200, { auth: null }));
    await expect(read(connect())).rejects.toThrow(
      new ClusterUnavailable('the answer to POST auth/machines/login in namespace ops/ has no token'),
    );
  });

  it('because the secret id cannot be read is unavailable, and does not say what was read', async () => {
    const failing = () => Promise.reject(new Error('AccessDenied: arn:aws:… secret-id'));
    await expect(read(connect(failing))).rejects.toThrow(
      new ClusterUnavailable('the secret id of the service cannot be read (Error)'),
    );
    expect(server.got).toEqual([]);
  });
});
