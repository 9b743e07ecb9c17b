import { expect, it } from 'vitest';
import { clusterSettings } from '../../functions/adapters/clusterEnvironment.ts';

const clock = { now: () => 0, sleep: async () => {} };
const read = (more: Record<string, string>) =>
  clusterSettings({ CLUSTER_ADDR: 'https://vault.example', CLUSTER_TOKEN: 't', ...more }, clock);

it('without an address there is no cluster', () => {
  expect(clusterSettings({ CLUSTER_ADDR: '', CLUSTER_TOKEN: 't' }, clock)).toBeUndefined();
});

it.each([
  ['', ''],
  ['admin', 'admin/'],
  ['/admin/ns1/', 'admin/ns1/'],
])('the namespace %j is %j', (named, namespace) => {
  expect(read({ CLUSTER_NAMESPACE: named })).toMatchObject({ namespace });
});

it('a login takes the place of a token', async () => {
  const login = { CLUSTER_TOKEN: '', CLUSTER_ROLE_ID: 'role', CLUSTER_SECRET_ID: 'secret' };
  const { credentials } = read(login) ?? {};

  expect(credentials).toMatchObject({ roleId: 'role', mount: 'auth/approle/' });
  expect(credentials && 'secretId' in credentials && (await credentials.secretId())).toBe('secret');
  expect(read({ ...login, CLUSTER_LOGIN_PATH: 'auth/machines/' })?.credentials).toMatchObject({
    mount: 'auth/machines/',
  });
  expect(() => read({ ...login, CLUSTER_SECRET_ID: '' })).toThrow('CLUSTER_ADDR needs CLUSTER_TOKEN');
});

it('a secret id with an ARN is read for each login, by a function that can', async () => {
  const login = { CLUSTER_ADDR: 'https://vault.example', CLUSTER_ROLE_ID: 'role', CLUSTER_SECRET_ARN: 'arn' };
  const read: string[] = [];
  const readSecret = async (arn: string) => `${arn} ${read.push(arn)}`;
  const { credentials } = clusterSettings(login, clock, readSecret) ?? {};
  if (!credentials || 'token' in credentials) throw new Error('no login');

  expect(read).toEqual([]);
  expect([await credentials.secretId(), await credentials.secretId()]).toEqual(['arn 1', 'arn 2']);
  expect(() => clusterSettings(login, clock)).toThrow('CLUSTER_ADDR needs CLUSTER_TOKEN');
});

it('a certificate may be in one line', () => {
  const lines = 'BEGIN\nMIIB\nEND\n';

  expect(read({ CLUSTER_CACERT: lines })).toMatchObject({ caCert: lines });
  expect(read({ CLUSTER_CACERT: String.raw`BEGIN\nMIIB\nEND\n` })).toMatchObject({ caCert: lines });
});

it('nodes are pairs of addresses', () => {
  const nodes = 'https://10.0.0.1:8200=https://a.example, https://10.0.0.2:8200=https://b.example';

  expect(read({ CLUSTER_NODES: nodes })?.nodes).toEqual({
    'https://10.0.0.1:8200': 'https://a.example',
    'https://10.0.0.2:8200': 'https://b.example',
  });
  for (const wrong of ['https://a.example', 'a=b=c', '=b'])
    expect(() => read({ CLUSTER_NODES: wrong })).toThrow('CLUSTER_NODES');
});
