/** The whole service on one machine, in front of a real OpenBao: every function of the API, and `npm start`. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildCommand } from '../../infra/buildCommand.ts';
import { databaseFile } from '../../infra/local/dataFolder.ts';
import { type Service, startService } from '../../infra/local/service.ts';
import { ID, run } from '../cli/command.ts';
import { temporaryFolder } from '../local/support.ts';
import { throughFile } from '../support/throughFile.ts';
import { startInMemory } from './support/openbao.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const POLICIES = { remount: 'policy.hcl', 'remount-policies': 'policies.hcl' };
const MOVER = `path "sys/remount" { capabilities = ["update", "sudo"] }
path "sys/remount/*" { capabilities = ["read", "list", "update", "delete", "sudo"] }`;

const bao = throughFile(startInMemory);

/** The variables of a service that logs in by AppRole, with the policies of this repository and nothing else. */
async function logInByAppRole(): Promise<Record<string, string>> {
  const { root } = bao;
  for (const [name, file] of Object.entries(POLICIES)) {
    const policy = await readFile(join(ROOT, 'infra', 'cluster', file), 'utf8');
    await root.must('POST', `sys/policies/acl/${name}`, { policy });
  }
  await root.must('POST', 'sys/auth/approle', { type: 'approle' });
  const role = {
    token_type: 'batch',
    token_ttl: '20m',
    token_policies: Object.keys(POLICIES),
    token_no_default_policy: true,
  };
  await root.must('POST', 'auth/approle/role/remount', role);
  const { role_id } = (await root.must('GET', 'auth/approle/role/remount/role-id')).body.data;
  const { secret_id } = (await root.must('POST', 'auth/approle/role/remount/secret-id')).body.data;
  return { CLUSTER_ADDR: root.address, CLUSTER_ROLE_ID: role_id, CLUSTER_SECRET_ID: secret_id };
}

let login: Record<string, string>;

beforeAll(async () => {
  await bao.root.must('POST', 'sys/namespaces/ns1');
  await bao.root.must('POST', 'sys/mounts/kv', { type: 'kv' });
  await bao.root.must('POST', 'sys/mounts/team/kv', { type: 'kv' }, 'ns1');
  await bao.root.must('POST', 'sys/policies/acl/mover', { policy: MOVER });
  login = await logInByAppRole();
});

describe('the service in front of a cluster', () => {
  let service: Service;
  const logged: string[] = [];
  let mover = '';

  beforeAll(async () => {
    service = await startService({
      cluster: login,
      eventPolicies: ['mover'],
      log: (text) => logged.push(text),
    });
    const token = await bao.root.must('POST', 'auth/token/create', { policies: ['mover'] });
    mover = token.body.auth.client_token;
  });
  afterAll(() => service.stop());

  async function call(method: string, path: string, body?: object, token = mover, more = {}) {
    const headers = { 'X-Vault-Token': token, ...more };
    const sent = {
      method,
      headers,
      redirect: 'manual',
      ...(body && { body: JSON.stringify(body) }),
    } as const;
    const answer = await fetch(`${service.url}/v1/${path}`, sent);
    const text = await answer.text();
    return { status: answer.status, location: answer.headers.get('location'), text };
  }

  it('judges the token of each request anew, in every function of the API', async () => {
    const { body } = await bao.root.must('POST', 'auth/token/create', { policies: ['mover'] });
    const short = body.auth.client_token;
    const none = crypto.randomUUID();
    const requests = [
      ['POST', 'sys/remount', { from: 'kv', to: 'kv2', dry_run: true }, 200],
      ['GET', `sys/remount/status/${none}`, undefined, 404],
      ['GET', 'sys/remount/status?list=true', undefined, 404],
      ['GET', 'sys/remount/schedules?list=true', undefined, 404],
      ['POST', 'sys/remount/bulk', { moves: [{ from: 'kv', to: 'kv2' }], dry_run: true }, 200],
    ] as const;
    for (const [method, path, asked, status] of requests)
      expect(await call(method, path, asked, short), path).toMatchObject({ status });
    await bao.root.must('POST', 'auth/token/revoke', { token: short });
    for (const [method, path, asked] of requests)
      expect(await call(method, path, asked, short), path).toMatchObject({ status: 403 });
  });

  it('compares the addresses of a token with that of the connection, in every function of the API', async () => {
    const bound = async (cidr: string): Promise<string> => {
      await bao.root.must('POST', 'auth/token/roles/bound', { token_bound_cidrs: [cidr] });
      const { body } = await bao.root.must('POST', 'auth/token/create/bound', { policies: ['mover'] });
      return body.auth.client_token;
    };
    const [here, elsewhere] = [await bound('127.0.0.0/8'), await bound('10.0.0.0/8')];
    const forged = { 'X-Forwarded-For': '10.1.2.3', Forwarded: 'for=10.1.2.3', 'X-Real-IP': '10.1.2.3' };
    const requests = [
      ['POST', 'sys/remount', { from: 'kv', to: 'kv2', dry_run: true }, 200],
      ['GET', `sys/remount/status/${crypto.randomUUID()}`, undefined, 404],
      ['GET', 'sys/remount/schedules?list=true', undefined, 404],
      ['GET', 'auth/token/lookup-self', undefined, 200],
    ] as const;
    for (const [method, path, body, status] of requests) {
      expect(await call(method, path, body, here, forged), path).toMatchObject({ status });
      expect(await call(method, path, body, elsewhere, forged), path).toMatchObject({ status: 403 });
    }
  });

  it('has no mount, no token and no endpoint of its own', async () => {
    expect(service.rootToken).toBe('');
    for (const path of ['secret/data/a', 'sys/mounts', 'sys/health', 'auth/token/create'])
      expect(await call('POST', path, {}, 'root')).toMatchObject({
        status: 307,
        location: `${bao.root.address}/v1/${path}`,
      });
    expect(await call('POST', 'sys/remount', { from: 'kv', to: 'x' }, 'root')).toMatchObject({ status: 403 });
  });

  it('reads the cluster anew for each request', async () => {
    const plan = () => call('POST', 'sys/remount', { from: 'late', to: 'later', dry_run: true });
    expect((await plan()).text).toContain('no matching mount at');
    await bao.root.must('POST', 'sys/mounts/late', { type: 'kv' });
    expect(await plan()).toMatchObject({ status: 200 });
    await bao.root.must('DELETE', 'sys/mounts/late');
    expect((await plan()).text).toContain('no matching mount at');
  });

  it('changes policies with a move, and restores them, by the command line', async () => {
    const text = '# who may read\npath "mine/*" { capabilities = ["read"] }\n';
    await bao.root.must('POST', 'sys/mounts/mine', { type: 'kv' });
    await bao.root.must('POST', 'sys/policies/acl/readers', { policy: text });
    const own = 'path "sys/policies/acl/readers" { capabilities = ["read", "update"] }';
    await bao.root.must('POST', 'sys/policies/acl/writer', { policy: own });
    const { body } = await bao.root.must('POST', 'auth/token/create', { policies: ['mover', 'writer'] });
    await buildCommand();
    const environment = { VAULT_ADDR: service.url, VAULT_TOKEN: body.auth.client_token };
    const readers = async () => (await bao.root.must('GET', 'sys/policies/acl/readers')).body.data.policy;

    const plan = await run(['plan', 'mine', 'theirs', '--policies', 'follow'], environment);
    expect(plan.stdout).toContain('-path "mine/*" { capabilities = ["read"] }\n+path "theirs/*"');
    const moved = await run(['move', 'mine', 'theirs', '--policies', 'follow'], environment);
    expect(moved.code, moved.stderr).toBe(0);
    expect(await readers()).toBe(text.replace('mine', 'theirs'));
    const [id = ''] = ID.exec(moved.stderr) ?? [];
    const status = await run(['status', id], environment);
    expect(status.stdout).toMatch(/Policies +changed: readers/);
    const undone = await run(['undo', id], environment);
    expect(undone.code, undone.stderr).toBe(0);
    expect(await readers()).toBe(text);
  });

  it('changes each policy once for many moves, and restores them, by the command line', async () => {
    const mounts = ['one', 'two', 'three'];
    const rules = (folder: string) =>
      mounts.map((name) => `path "${folder}${name}/*" { capabilities = ["read"] }\n`).join('');
    for (const name of mounts) await bao.root.must('POST', `sys/mounts/${name}`, { type: 'kv' });
    await bao.root.must('POST', 'sys/policies/acl/all-of-them', { policy: `# all\n${rules('')}` });
    const own = 'path "sys/policies/acl/all-of-them" { capabilities = ["read", "update"] }';
    await bao.root.must('POST', 'sys/policies/acl/their-writer', { policy: own });
    const { body } = await bao.root.must('POST', 'auth/token/create', {
      policies: ['mover', 'their-writer'],
    });
    const environment = { VAULT_ADDR: service.url, VAULT_TOKEN: body.auth.client_token };
    const file = join(await temporaryFolder(), 'moves.csv');
    await writeFile(file, ['from,to', ...mounts.map((name) => `${name},team/${name}`)].join('\n'));
    const stored = async () => (await bao.root.must('GET', 'sys/policies/acl/all-of-them')).body.data;

    const plan = await run(['bulk', file, '--dry-run', '--policies', 'follow'], environment);
    expect(plan.stdout).toContain('-path "one/*" { capabilities = ["read"] }');
    const moved = await run(['bulk', file, '--policies', 'follow'], environment);
    expect(moved.code, moved.stderr).toBe(0);
    expect(await stored()).toMatchObject({ policy: `# all\n${rules('team/')}`, version: 3 });
    const [id = ''] = ID.exec(moved.stderr) ?? [];
    const undone = await run(['undo', id], environment);
    expect(undone.code, undone.stderr).toBe(0);
    expect(await stored()).toMatchObject({ policy: `# all\n${rules('')}`, version: 5 });
  });

  it('moves a mount, answers a repeated request with the same migration, and moves it back', async () => {
    await bao.root.must('POST', 'sys/mounts/old', { type: 'kv' });
    await bao.root.must('POST', 'old/a', { colour: 'blue' });
    const idOf = ({ text }: { text: string }): string => JSON.parse(text).data.migration_id;
    const stateOf = async (id: string) => {
      const { text } = await call('GET', `sys/remount/status/${id}`);
      return JSON.parse(text).data.migration_info;
    };
    const start = () => call('POST', 'sys/remount', { from: 'old', to: 'new' });

    const id = idOf(await start());
    expect(idOf(await start())).toBe(id);
    await expect.poll(async () => (await stateOf(id)).status, { timeout: 60_000 }).toBe('success');
    expect((await bao.root.must('GET', 'new/a')).body.data).toEqual({ colour: 'blue' });
    expect(idOf(await start())).toBe(id);
    const back = idOf(await call('POST', `sys/remount/undo/${id}`));
    expect(back).not.toBe(id);
    await expect.poll(async () => (await stateOf(back)).status, { timeout: 60_000 }).toBe('success');
    expect((await bao.root.must('GET', 'old/a')).body.data).toEqual({ colour: 'blue' });
    expect(idOf(await call('POST', `sys/remount/undo/${id}`))).toBe(back);
  });

  it('judges an event by the policies of the cluster in the namespace of the event', async () => {
    const requested = (detail: object) =>
      service.invoke('remountRequested', { id: crypto.randomUUID(), account: '1', detail });

    await expect(requested({ from: 'nothing', to: 'x' })).rejects.toThrow('no matching mount');
    const there = { from: 'team/kv', to: 'team/kv2', namespace: 'ns1' };
    await expect(requested(there)).rejects.toThrow('permission denied');
    await bao.root.must('POST', 'sys/policies/acl/mover', { policy: MOVER }, 'ns1');
    await expect(requested({ ...there, to: 'team/kv/inside' })).rejects.toThrow('path already in use');
  });

  it('serves the page, and what it reads', async () => {
    const page = await fetch(`${service.url}/ui/`);
    expect(await page.text()).toContain('<html');
    const shown = await call('GET', 'sys/internal/ui/mounts', undefined, bao.rootToken);
    expect(JSON.parse(shown.text).data.secret).toHaveProperty('kv/');
    expect(await call('GET', 'auth/token/lookup-self')).toMatchObject({ status: 200 });
  });

  it('logs no token, no secret id and no role id', () => {
    const text = logged.join('');
    expect(text).toContain('"status":200');
    for (const secret of [mover, bao.rootToken, login.CLUSTER_ROLE_ID, login.CLUSTER_SECRET_ID])
      expect(text).not.toContain(secret);
  });
});

describe('npm start in front of a cluster', () => {
  const START = join(ROOT, 'infra', 'local', 'start.ts');

  function run(environment: Record<string, string>): { child: ChildProcess; output: () => string } {
    const env = { PATH: process.env.PATH, PORT: '0', ...environment };
    const child = spawn(process.execPath, [START], { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    return { child, output: () => output };
  }

  it('says what it is in front of, and what to type next', async () => {
    const { child, output } = run(login);
    try {
      await expect.poll(output, { timeout: 30_000 }).toContain('Ctrl-C stops it');
      expect(output()).toMatch(/in front of OpenBao 2\.\d+\.\d+ at http:/);
      expect(output()).toContain(`Active node: ${bao.root.address}`);
      expect(output()).toContain('Below it:    ns1/');
      expect(output()).not.toContain('Root Token');
      expect(output()).not.toContain(login.CLUSTER_SECRET_ID as string);
      const [, url = ''] = /export VAULT_ADDR='(.*?)'/.exec(output()) ?? [];
      const read = await fetch(`${url}/v1/sys/mounts`, { headers: { 'X-Vault-Token': bao.rootToken } });
      expect(await read.json()).toMatchObject({ data: { 'kv/': { type: 'kv' } } });
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });

  /** The lines that it prints before it ends. */
  async function refusal(environment: Record<string, string>): Promise<string[]> {
    const { child, output } = run(environment);
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    return output().trim().split('\n');
  }

  it.each([
    ['an address that nobody listens at', { CLUSTER_ADDR: 'http://127.0.0.1:1' }, 'ECONNREFUSED'],
    ['an address that would show the token to others', { CLUSTER_ADDR: 'http://10.0.0.1' }, 'https://'],
    ['no login', { CLUSTER_TOKEN: '' }, 'CLUSTER_ADDR needs CLUSTER_TOKEN, or CLUSTER_ROLE_ID'],
    ['a token that is not valid', {}, 'the token of the service is not valid, or'],
    ['an unknown namespace', { CLUSTER_NAMESPACE: 'nobody' }, 'nobody'],
    ['a certificate that is not there', { CLUSTER_CACERT: '/nothing.pem' }, 'CLUSTER_CACERT /nothing.pem'],
    ['nodes that are no pairs', { CLUSTER_NODES: 'https://a' }, 'CLUSTER_NODES: https://a is no pair'],
  ])('refuses %s in one line', async (_, settings, text) => {
    const usual = { CLUSTER_ADDR: bao.root.address, CLUSTER_TOKEN: 'unknown' };
    const lines = await refusal({ ...usual, ...settings });

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^remount: /);
    expect(lines[0]).toContain(text);
  });

  it('refuses the records of another cluster, of another namespace, and of mounts of its own', async () => {
    const DATA_DIR = await temporaryFolder();
    const { child, output } = run({ ...login, DATA_DIR });
    await expect.poll(output, { timeout: 30_000 }).toContain('Ctrl-C stops it');
    child.kill('SIGTERM');
    await once(child, 'exit');
    const other = await startInMemory();
    onTestFinished(other.stop);
    const token = { CLUSTER_ADDR: other.root.address, CLUSTER_TOKEN: other.rootToken };
    const inChild = {
      CLUSTER_ADDR: bao.root.address,
      CLUSTER_TOKEN: bao.rootToken,
      CLUSTER_NAMESPACE: 'ns1',
    };
    const own = await temporaryFolder();
    await writeFile(databaseFile(own), '');

    const folder = `remount: the data folder ${DATA_DIR} has the records of the cluster `;
    for (const settings of [token, inChild, {}])
      expect((await refusal({ ...settings, DATA_DIR }))[0]).toContain(folder);
    expect((await refusal({ ...login, DATA_DIR: own }))[0]).toContain('the mounts of a service of its own');
  });

  it.each([
    'sys/namespaces',
    'sys/mounts',
    'sys/auth',
    'sys/policies/acl/',
    'sys/policies/acl/*',
    'auth/token/lookup',
    'sys/capabilities',
    'sys/leases/lookup/*',
    'sys/remount',
  ])('names the line that the policy of the service lacks: %s', async (path) => {
    const lines = (await readFile(join(ROOT, 'infra', 'cluster', POLICIES.remount), 'utf8')).split('\n');
    const policy = lines.filter((line) => !line.startsWith(`path "${path}" {`)).join('\n');
    await bao.root.must('POST', 'sys/policies/acl/poor', { policy });
    const { auth } = (
      await bao.root.must('POST', 'auth/token/create', { policies: ['poor'], no_default_policy: true })
    ).body;
    const said = await refusal({ CLUSTER_ADDR: bao.root.address, CLUSTER_TOKEN: auth.client_token });

    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`the policy of the service lacks: path "${path}" {`);
  });
});
