import { beforeEach, describe, expect, it } from 'vitest';
import { front } from './support/front.ts';
import { CLUSTER_ADDRESS, type TableCluster, tableCluster } from './support/tableCluster.ts';

const f = front();
let cluster: TableCluster;

beforeEach(() => {
  cluster = tableCluster({
    namespaces: { '': { mounts: { 'secret/': 'kv' } }, 'ns1/': { mounts: { 'kv/': 'kv' } } },
    tokens: {
      root: { policies: { '': ['root'] } },
      bound: { policies: { '': ['root'] }, boundCidrs: ['10.0.0.0/8'] },
    },
  });
});

const withToken = (token: string, more = {}) => ({ 'x-vault-token': token, ...more });

describe('a request that is not about migrations', () => {
  it.each([
    ['GET', '/v1/secret/data/a%2Fb%20c', {}, '/v1/secret/data/a%2Fb%20c'],
    ['POST', '/v1/sys/mounts/x', {}, '/v1/sys/mounts/x'],
    ['GET', '/v1/kv/a', { list: ['true'], limit: ['2'] }, '/v1/kv/a?list=true&limit=2'],
    ['GET', '/v1/sys/remounts', {}, '/v1/sys/remounts'],
    ['GET', '/v1/sys/internal/ui/mounts/secret', {}, '/v1/sys/internal/ui/mounts/secret'],
    ['POST', '/v1/auth/token/lookup-self', {}, '/v1/auth/token/lookup-self'],
    ['GET', '/v1/a/..%2f..%2fb', {}, '/v1/a/..%2f..%2fb'],
    ['GET', '/v1/a\\b', {}, '/v1/a%5Cb'],
  ])('%s %s is sent to the cluster before anything is read', async (method, rawPath, query, location) => {
    const answer = await f.send(cluster, { method, rawPath, query, headers: withToken('root') });

    expect(answer).toMatchObject({ status: 307, headers: { Location: CLUSTER_ADDRESS + location } });
    expect(cluster.asked).toEqual([]);
  });

  it.each(['/v1/secret/data/sys/remount/x', '/v1/secret/sys/remount'])(
    '%s is sent there although its path looks like one',
    async (rawPath) => {
      for (const method of ['GET', 'POST']) {
        const answer = await f.send(cluster, { method, rawPath, headers: withToken('root') });
        expect(answer).toMatchObject({ status: 307, headers: { Location: CLUSTER_ADDRESS + rawPath } });
      }
    },
  );

  it('is not answered outside the API', async () => {
    for (const rawPath of ['/elsewhere', '@other.example/', '//v1/sys/remount', '//v1/secret/data/a'])
      expect(await f.send(cluster, { rawPath })).toMatchObject({ status: 404 });
  });
});

describe('a request about migrations', () => {
  it.each(['/v1/sys/remount', '/v1/ns1/sys/remount', '/v1/sys%2Fremount', '/v1/s%79s/remount'])(
    '%s is never sent to the cluster',
    async (rawPath) => {
      for (const method of ['POST', 'PUT']) {
        const body = Buffer.from('{"from":"no","to":"other"}');
        const answer = await f.send(cluster, { method, rawPath, body, headers: withToken('root') });
        expect(answer).toMatchObject({
          status: 400,
          body: '{"errors":["no matching mount at \\"no/\\""]}\n',
        });
      }
    },
  );

  it.each(['/v1//sys/remount', '/v1/x/../sys/remount', '/v1/./sys/remount'])(
    '%s is sent to the same path of this service, cleaned',
    async (rawPath) => {
      const answer = await f.send(cluster, { method: 'POST', rawPath, headers: withToken('root') });
      expect(answer).toMatchObject({ status: 307, headers: { Location: '/v1/sys/remount' } });
    },
  );
});

describe('what the page reads', () => {
  it.each(['auth/token/lookup-self', 'sys/internal/ui/mounts'])('%s is fetched for it', async (path) => {
    const headers = withToken('root', { 'x-vault-namespace': 'ns1', cookie: 'mine' });
    const answer = await f.send(cluster, { rawPath: `/v1/${path}`, headers });

    expect(answer).toMatchObject({ status: 200, headers: { 'Cache-Control': 'no-store' } });
    expect(JSON.parse(answer.body)).toEqual({ data: { path, namespace: 'ns1/', token: 'root' } });
  });

  it('is not fetched for a token that is bound to another address', async () => {
    const request = { rawPath: '/v1/auth/token/lookup-self', headers: withToken('bound') };

    expect(await f.send(cluster, { ...request, sourceIp: '10.1.2.3' })).toMatchObject({ status: 200 });
    const forged = withToken('bound', { 'x-forwarded-for': '10.1.2.3', 'x-real-ip': '10.1.2.3' });
    for (const headers of [request.headers, forged]) {
      const answer = await f.send(cluster, { ...request, headers, sourceIp: '192.168.0.1' });
      expect(answer).toMatchObject({ status: 403, body: '{"errors":["permission denied"]}\n' });
    }
  });

  it('is neither fetched without a token, nor for an answer that is to be wrapped', async () => {
    const rawPath = '/v1/auth/token/lookup-self';
    for (const headers of [{}, withToken('root', { 'x-vault-wrap-ttl': '60' })])
      expect(await f.send(cluster, { rawPath, headers })).toMatchObject({ status: 307 });
    expect(await f.send(cluster, { rawPath, headers: withToken('unknown') })).toMatchObject({ status: 403 });
    expect(cluster.asked.filter((question) => question.startsWith('readAs'))).toEqual([]);
  });

  it('is not fetched from a mount that only looks like it', async () => {
    const rawPath = '/v1/secret/data/auth/token/lookup-self';
    expect(await f.send(cluster, { rawPath, headers: withToken('root') })).toMatchObject({ status: 307 });
  });
});

describe('a service that logs in to a namespace of the cluster', () => {
  const inNamespace = (named: string) => ({ headers: withToken('root', { 'x-vault-namespace': named }) });
  const start = (named: string, from: string) => {
    const body = Buffer.from(JSON.stringify({ from, to: 'moved', dry_run: true }));
    return f.send(cluster, { method: 'POST', rawPath: '/v1/sys/remount', body, ...inNamespace(named) });
  };

  beforeEach(() => {
    Object.assign(cluster, { namespace: 'admin/' });
  });

  it('is asked with the namespaces that clients name to the cluster', async () => {
    expect(JSON.parse((await start('admin', 'secret')).body).data).toMatchObject({ source_mount: 'secret/' });
    expect(JSON.parse((await start('/admin/ns1/', 'kv')).body).data).toMatchObject({
      source_mount: 'ns1/kv/',
    });
    const page = { rawPath: '/v1/sys/internal/ui/mounts', ...inNamespace('admin/ns1') };
    expect(JSON.parse((await f.send(cluster, page)).body).data).toMatchObject({ namespace: 'ns1/' });
  });

  it.each(['', 'ns1', 'administrator', 'root', 'admin/../ns1'])(
    'knows nothing outside it: %s',
    async (named) => {
      expect(await start(named, 'secret')).toMatchObject({
        status: 404,
        body: '{"errors":["namespace not found"]}\n',
      });
      const page = { rawPath: '/v1/sys/internal/ui/mounts', ...inNamespace(named) };
      expect(await f.send(cluster, page)).toMatchObject({ status: 404 });
    },
  );

  it('sends clients to the cluster with what they named', async () => {
    const answer = await f.send(cluster, { rawPath: '/v1/kv/a', ...inNamespace('admin/ns1') });
    expect(answer.headers).toMatchObject({
      Location: `${CLUSTER_ADDRESS}/v1/kv/a`,
      'X-Vault-Namespace': 'admin/ns1',
    });
  });
});
