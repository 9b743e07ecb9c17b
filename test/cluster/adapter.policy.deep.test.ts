/**
 * The policy of the service on a real server: with it every method works in three levels of namespaces; without one of its
 * lines exactly the method that the line is for fails, in its namespace only, with an error that contains the line. The
 * right to step down needs a cluster of several nodes, as in adapter.nodes.deep.test.ts.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppRoleLogin } from '../../functions/adapters/clusterSettings.ts';
import {
  type Cluster,
  ClusterForbids,
  type ClusterPath,
  type ClusterPolicy,
  type MountEntry,
} from '../../functions/ports/cluster.ts';
import { throughFile } from '../support/throughFile.ts';
import { connect, enableLogin } from './support/adapter.ts';
import { startInMemory } from './support/openbao.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'infra', 'cluster');
const POLICY = join(FOLDER, 'policy.hcl');
const LEVELS = ['', 'team-a/', 'team-a/sub/'];

const server = throughFile(startInMemory);
let policy: string;
let credentials: AppRoleLogin;
/** A token to ask about. */
let token: string;

beforeAll(async () => {
  const { must } = server.root;
  policy = await readFile(POLICY, 'utf8');
  await must('POST', 'sys/namespaces/team-a');
  await must('POST', 'sys/namespaces/sub', {}, 'team-a');
  for (const namespace of LEVELS)
    await must('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } }, namespace);
  await restore();
  credentials = await enableLogin(server.root, '', ['remount']);
  token = (await must('POST', 'auth/token/create', { policies: ['default'] })).body.auth.client_token;
});
afterEach(() => restore());

async function restore(): Promise<void> {
  await server.root.must('PUT', 'sys/policies/acl/remount', { policy });
}

type Work = (cluster: Cluster) => Promise<unknown>;

const kvIn = (namespace: string): ClusterPath => ({ namespace, path: 'kv/' });
const about = { migrationId: 'm-1', requestedBy: 'accessor' };

/** What each line of the first namespace is for, by the path that it names. */
const ONCE: Record<string, Work> = {
  'auth/token/lookup-self': (cluster) => cluster.self(),
  'auth/token/lookup': (cluster) => cluster.lookup(token),
  'sys/capabilities': (cluster) => cluster.capabilities(token, kvIn('')),
  'sys/ha-status': (cluster) => cluster.nodes(),
  'sys/remount/status/*': (cluster) => cluster.status('none', ''),
};

/** What each line of every namespace is for. */
const EVERYWHERE: Record<string, (namespace: string) => Work> = {
  'sys/namespaces': (namespace) => (cluster) => cluster.namespaces(namespace),
  'sys/mounts': (namespace) => (cluster) => cluster.mounts(namespace),
  'sys/auth': (namespace) => (cluster) => cluster.mounts(namespace),
  'sys/policies/acl/': (namespace) => (cluster) => cluster.policyNames(namespace),
  'sys/policies/acl/*': (namespace) => (cluster) => cluster.policy(namespace, 'default'),
  'sys/leases/lookup/*': (namespace) => async (cluster) => {
    for await (const _ of cluster.leases(kvIn(namespace)));
  },
  'sys/remount': (namespace) => (cluster) =>
    cluster.remount({ namespace, path: 'none/' }, kvIn(namespace), about),
  'sys/leases/revoke': (namespace) => (cluster) => cluster.revoke(namespace, 'kv/none/h1', false),
  'sys/leases/revoke-force/*': (namespace) => (cluster) => cluster.revoke(namespace, 'kv/none/h1', true),
  'sys/plugins/reload/backend': (namespace) => (cluster) => cluster.reload(kvIn(namespace)),
};

/** The cluster judges the lookup of a token in the namespace of that token. */
const LOOKUP = 'auth/token/lookup';
const KEYS = '+/metadata/*';
const STEP_DOWN = 'sys/step-down';

/** Each line, with what it is for. */
const WORKS: [line: string, work: Work][] = [
  ...Object.entries(ONCE),
  ...Object.entries(EVERYWHERE).flatMap(([path, workIn]) =>
    LEVELS.map((namespace, level): [string, Work] => ['+/'.repeat(level) + path, workIn(namespace)]),
  ),
];

function lines(): string[] {
  return policy.split('\n').filter((line) => line.startsWith('path '));
}

/** The line that names exactly this path. */
function lineOf(path: string): string {
  return lines().find((line) => line.startsWith(`path "${path}" `)) as string;
}

async function leaveOut(path: string): Promise<string> {
  const line = lineOf(path);
  await server.root.must('PUT', 'sys/policies/acl/remount', { policy: policy.replace(line, '') });
  return line;
}

/** The lines whose work the policy forbids now, and what was said. */
async function forbidden(cluster: Cluster): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [path, work] of WORKS) {
    try {
      await work(cluster);
    } catch (error) {
      if (!(error instanceof ClusterForbids)) throw error;
      found.set(path, error.message);
    }
  }
  return found;
}

async function keys(cluster: Cluster, namespace: string): Promise<string[] | undefined> {
  return cluster.keys(kvIn(namespace), (await cluster.mounts(namespace)).get('kv/') as MountEntry);
}

describe('the policy of the service', () => {
  it('has a line for each work, and no other', () => {
    const named = lines().map((line) => line.split('"')[1]);
    const expected = [
      ...WORKS.map(([path]) => path),
      STEP_DOWN,
      ...LEVELS.slice(1).map((_, level) => `+/${'+/'.repeat(level)}${LOOKUP}`),
      ...LEVELS.map((_, level) => '+/'.repeat(level) + KEYS),
    ];
    expect(named.toSorted()).toEqual(expected.toSorted());
  });

  it('allows all of it', async () => {
    expect(await forbidden(connect(server, { credentials }))).toEqual(new Map());
  });

  it.each(WORKS.map(([path]) => path))('lets only its own work fail without the line of %s', async (path) => {
    const line = await leaveOut(path);
    const found = await forbidden(connect(server, { credentials }));
    // The tables of a namespace are read together.
    expect([...found.keys()].filter((other) => !isOtherTable(other, path))).toEqual([path]);
    expect(found.get(path)).toContain(`the policy of the service lacks: ${line} (`);
  });

  it.each(LEVELS.slice(1))(
    'lets no token of the namespace "%s" be looked up without its line',
    async (namespace) => {
      const cluster = connect(server, { credentials });
      const { auth } = (await server.root.must('POST', 'auth/token/create', {}, namespace)).body;
      expect(await cluster.lookup(auth.client_token)).toMatchObject({ namespace });
      await leaveOut('+/'.repeat(LEVELS.indexOf(namespace)) + LOOKUP);
      await expect(cluster.lookup(auth.client_token)).rejects.toThrow(lineOf(`+/${LOOKUP}`));
      expect(await cluster.lookup(token)).toBeDefined();
    },
  );

  it.each(LEVELS)('lets the keys of the namespace "%s" uncounted without its line', async (namespace) => {
    const cluster = connect(server, { credentials });
    expect(await keys(cluster, namespace)).toEqual([]);
    await leaveOut('+/'.repeat(LEVELS.indexOf(namespace)) + KEYS);
    for (const other of LEVELS)
      expect(await keys(cluster, other)).toEqual(other === namespace ? undefined : []);
  });

  it('lets nothing of the steps through with its first part alone', async () => {
    const [reads] = policy.split('# Part 2.') as [string];
    await server.root.must('PUT', 'sys/policies/acl/remount', { policy: reads });
    const found = await forbidden(connect(server, { credentials }));
    const inFirst = new Set(lines().filter((line) => reads.includes(line)));
    expect([...found.keys()]).toEqual(
      WORKS.map(([path]) => path).filter((path) => !inFirst.has(lineOf(path))),
    );
    expect(found.size).toBe(1 + 4 * LEVELS.length);
  });

  it('needs the right to move for asking the router, and none for asking whether a mount is tainted', async () => {
    await leaveOut('sys/remount');
    const cluster = connect(server, { credentials });
    await expect(cluster.isRouted(kvIn('team-a/'))).rejects.toThrow(lineOf('sys/remount'));
    await server.root.must('PUT', 'sys/policies/acl/remount', { policy: '# nothing' });
    expect(await cluster.isTainted(kvIn('team-a/'))).toBe(false);
  });
});

describe('the policy that lets moves change policies', () => {
  const TEXT = '# as it was';
  const NEW = '# as it is';
  const of = (namespace: string) => ({ namespace, name: 'people' });
  const LINE = 'path "sys/policies/acl/*" { capabilities = ["read", "update"] }';
  let more: string;

  beforeAll(async () => {
    more = await readFile(join(FOLDER, 'policies.hcl'), 'utf8');
  });

  async function write(cluster: Cluster, namespace: string): Promise<string | undefined> {
    await server.root.must('PUT', 'sys/policies/acl/people', { policy: TEXT }, namespace);
    const before = (await cluster.policy(namespace, 'people')) as ClusterPolicy;
    await cluster.writePolicy(namespace, 'people', NEW, before);
    return (await cluster.policy(namespace, 'people'))?.text;
  }

  it('allows it in each namespace, beside the other policy', async () => {
    await server.root.must('PUT', 'sys/policies/acl/remount-policies', { policy: more });
    const cluster = connect(server, {
      credentials: await enableLogin(server.root, '', ['remount', 'remount-policies']),
    });
    for (const namespace of LEVELS) expect(await write(cluster, namespace)).toBe(NEW);
    await cluster.checkPolicyWrites(LEVELS.map(of));
  });

  it.each(LEVELS)('is missed with its line in the namespace "%s"', async (namespace) => {
    const line = `path "${'+/'.repeat(LEVELS.indexOf(namespace))}${LINE.slice('path "'.length)}`;
    expect(more).toContain(`\n${line}\n`);
    await server.root.must('PUT', 'sys/policies/acl/remount-policies', {
      policy: more.replace(`\n${line}\n`, '\n'),
    });
    const cluster = connect(server, {
      credentials: await enableLogin(server.root, '', ['remount', 'remount-policies']),
    });
    const lacks = `the policy of the service lacks: ${line}`;
    await expect(write(cluster, namespace)).rejects.toThrow(`${lacks} (POST sys/policies/acl/:name`);
    await expect(cluster.checkPolicyWrites(LEVELS.map(of))).rejects.toThrow(lacks);
    for (const other of LEVELS.filter((one) => one !== namespace)) {
      expect(await write(cluster, other)).toBe(NEW);
      await cluster.checkPolicyWrites([of(other)]);
    }
  });

  it('is not missed by a login that moves nothing', async () => {
    const [reads] = policy.split('# Part 2.') as [string];
    await server.root.must('PUT', 'sys/policies/acl/remount-read', { policy: reads });
    const read = connect(server, { credentials: await enableLogin(server.root, '', ['remount-read']) });
    await read.checkPolicyWrites([of('')]);
  });
});

function isOtherTable(one: string, path: string): boolean {
  const other = path.replace(
    /sys\/(mounts|auth)$/,
    (_, table) => `sys/${table === 'auth' ? 'mounts' : 'auth'}`,
  );
  return other !== path && one === other;
}
