/** Moves that change policies of a real OpenBao, with namespaces and with the login that a service would have. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppRoleLogin } from '../../functions/adapters/clusterSettings.ts';
import type { Cluster } from '../../functions/ports/cluster.ts';
import { throughFile } from '../support/throughFile.ts';
import { enableLogin } from './support/adapter.ts';
import { startInMemory } from './support/openbao.ts';
import { realMoves } from './support/realMoves.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'infra', 'cluster');

const server = throughFile(startInMemory);
let credentials: AppRoleLogin;
/** Of somebody who may move mounts, and change policies whose names begin with `team-`. */
let token: string;
const moves = realMoves(() => ({ address: server.root.address, token, credentials }));
/** HashiCorp's Vault shows no versions of policies, and takes none. */
const blind = realMoves(() => ({
  address: server.root.address,
  token,
  credentials,
  disguised: withoutVersions,
}));
let serial = 0;

function withoutVersions(cluster: Cluster): Cluster {
  return {
    ...cluster,
    async policy(...of) {
      const found = await cluster.policy(...of);
      return found && { text: found.text, settings: {} };
    },
  };
}

beforeAll(async () => {
  const { must } = server.root;
  await must('POST', 'sys/namespaces/one');
  await must('POST', 'sys/namespaces/sub', {}, 'one');
  for (const file of ['policy', 'policies'])
    await must('PUT', `sys/policies/acl/${file}`, {
      policy: await readFile(join(FOLDER, `${file}.hcl`), 'utf8'),
    });
  credentials = await enableLogin(server.root, '', ['policy', 'policies']);
  const mover = `
    path "sys/remount" { capabilities = ["update", "sudo"] }
    path "sys/remount/*" { capabilities = ["read", "list", "update", "sudo"] }
    path "sys/policies/acl/team-*" { capabilities = ["read", "update"] }
    path "one/sys/policies/acl/team-*" { capabilities = ["read", "update"] }`;
  await must('PUT', 'sys/policies/acl/mover', { policy: mover });
  token = (await must('POST', 'auth/token/create', { policies: ['mover'] })).body.auth.client_token;
});

afterEach(() => {
  for (const one of [moves, blind]) {
    one.before = () => {};
    one.after = () => {};
  }
});

const rule = (path: string) => `path "${path}/*" { capabilities = ["read", "list"] }`;
const textOfRule = (path: string) => `# who may read\n${rule(path)} # all\n`;

/** A mount with a secret, a policy that grants its reading, and a token with that. */
async function mountWithPolicy(namespace = '', settings: object = { cas_required: true, cas: -1 }) {
  const { must } = server.root;
  const mount = `kv${++serial}`;
  const policy = `team-${serial}`;
  await must('POST', `sys/mounts/${mount}`, { type: 'kv' }, namespace);
  await must('POST', `${mount}/a`, { key: 'value' }, namespace);
  await must('PUT', `sys/policies/acl/${policy}`, { policy: textOfRule(mount), ...settings }, namespace);
  const { auth } = (await must('POST', 'auth/token/create', { policies: [policy] }, namespace)).body;
  const reader = server.root.as(auth.client_token);
  const reads = async (path: string) =>
    (await reader.request('GET', `${path}/a`, undefined, namespace)).status;
  return { mount, target: `new/${mount}`, policy, text: textOfRule(mount), reads };
}

async function policyAt(name: string, namespace = '') {
  return (await server.root.must('GET', `sys/policies/acl/${name}`, undefined, namespace)).body.data;
}

async function undo(id: string) {
  const answer = await moves.call('POST', `sys/remount/undo/${id}`, { body: {} });
  expect(answer.status, answer.text).toBe(200);
  return moves.run(answer.body.data.migration_id);
}

describe('a move that takes policies along', () => {
  it.each(['add', 'follow'])(
    'with "%s": nobody is without a rule at any moment, and the undo restores it',
    async (mode) => {
      const { mount, target, policy, text, reads } = await mountWithPolicy();
      const plan = await moves.call('POST', 'sys/remount/plan', {
        body: { from: mount, to: target, policies: mode },
      });
      const seen: number[][] = [];
      moves.after = async ({ method }) => {
        if (method === 'policy' || method === 'remount') seen.push([await reads(mount), await reads(target)]);
      };
      const id = await moves.post({ from: mount, to: target, policies: mode });
      const info = await moves.run(id);
      moves.after = () => {};

      expect(info).toMatchObject({ status: 'success', policies: { mode, left: [], changed: [{ policy }] } });
      // At each look, one of the two is served and allowed; while the cluster moves it, the other has no mount.
      expect(seen.length).toBeGreaterThan(2);
      for (const statuses of seen) expect(statuses).toContain(200);
      const after = (await policyAt(policy)) as { policy: string; cas_required: boolean };
      expect(after.cas_required).toBe(true);
      const planned = plan.body.data.policy_changes.changes[0].after as string;
      const named = `# Added by the move of ${mount}/ to ${target}/`;
      expect(after.policy).toBe(planned.replace(named, `${named}, migration ${id}`));
      if (mode === 'follow') expect(after.policy).toBe(textOfRule(target));
      expect(await reads(target)).toBe(200);

      const undoing = await moves.call('POST', `sys/remount/undo/${id}`, { body: { dry_run: true } });
      expect(undoing.body.data.policy_changes).toEqual({
        changes: [{ namespace: '', policy, before: after.policy, after: text }],
        left: [],
        hidden: {},
      });
      const back = await undo(id);
      expect(back).toMatchObject({ status: 'success', policies: { mode: 'restore', left: [] } });
      expect((await policyAt(policy)).policy).toBe(text);
      expect(await reads(mount)).toBe(200);
    },
  );

  it('into a child namespace goes into the policies that can name it', async () => {
    const { mount, policy, reads } = await mountWithPolicy('one');
    const above = `team-above-${mount}`;
    await server.root.must('PUT', `sys/policies/acl/${above}`, { policy: rule(`one/${mount}`) });
    const body = { from: `one/${mount}`, to: `one/sub/${mount}`, policies: 'follow', allow_copy: true };
    const info = await moves.move(body);
    expect(info).toMatchObject({
      status: 'success',
      policies: {
        changed: [
          { namespace: '', policy: above },
          { namespace: 'one/', policy },
        ],
        left: [],
      },
    });
    expect((await policyAt(above)).policy).toBe(rule(`one/sub/${mount}`));
    expect((await policyAt(policy, 'one')).policy).toBe(textOfRule(`sub/${mount}`));
    expect(await reads(`sub/${mount}`)).toBe(200);
  });

  it('keeps what somebody writes while the service writes, and what the policy is besides its text', async () => {
    const { mount, target, policy } = await mountWithPolicy();
    let writes = 0;
    moves.before = async ({ method }) => {
      if (method !== 'writePolicy' || ++writes !== 1) return;
      const { policy: text, version } = await policyAt(policy);
      const mine = { policy: `${text}# mine\n`, cas: version, cas_required: true };
      await server.root.must('PUT', `sys/policies/acl/${policy}`, mine);
    };
    const info = await moves.move({ from: mount, to: target, policies: 'follow' });
    expect(info).toMatchObject({ status: 'success', policies: { left: [] } });
    expect(await policyAt(policy)).toMatchObject({
      policy: `${textOfRule(target)}# mine\n`,
      cas_required: true,
    });
  });

  it('takes the rules back if it is cancelled', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const id = await moves.post({ from: mount, to: target, policies: 'follow' });
    let isCancelled = false;
    moves.before = async ({ method }) => {
      if (method !== 'leases' || isCancelled) return;
      isCancelled = true;
      expect((await policyAt(policy)).policy).toContain(rule(target));
      const answer = await moves.call('POST', `sys/remount/cancel/${id}`, { body: {} });
      expect(answer.body.data.migration_info).toMatchObject({ status: 'in-progress', phase: 'reverting' });
    };
    const info = await moves.run(id);
    expect(info).toMatchObject({
      status: 'failure',
      error: { code: 'cancelled' },
      policies: { changed: [], left: [] },
    });
    expect((await policyAt(policy)).policy).toBe(text);
  });

  it('goes on after a step died before or after any write of a policy', async () => {
    for (const where of ['before', 'after'] as const) {
      for (const nth of [1, 2]) {
        const { mount, target, policy } = await mountWithPolicy();
        let writes = 0;
        moves[where] = ({ method }) => {
          if (method === 'writePolicy' && ++writes === nth) throw new Error('the process died');
        };
        const info = await moves.move({ from: mount, to: target, policies: 'follow' });
        moves[where] = () => {};
        expect(info).toMatchObject({ status: 'success', policies: { left: [] } });
        expect((await policyAt(policy)).policy).toBe(textOfRule(target));
      }
    }
  });
});

describe('a move on a cluster that shows no versions of policies', () => {
  it('changes them, and the undo restores them', async () => {
    const { mount, target, policy, text } = await mountWithPolicy('', {});
    const id = await blind.post({ from: mount, to: target, policies: 'follow' });
    expect(await blind.run(id)).toMatchObject({ status: 'success', policies: { left: [] } });
    expect((await policyAt(policy)).policy).toBe(textOfRule(target));
    const { body } = await blind.call('POST', `sys/remount/undo/${id}`, { body: {} });
    expect(await blind.run(body.data.migration_id)).toMatchObject({
      status: 'success',
      policies: { left: [] },
    });
    expect((await policyAt(policy)).policy).toBe(text);
  });

  it.each([2, 3])('keeps what somebody writes before look %i at the policy', async (nth) => {
    const { mount, target, policy } = await mountWithPolicy('', {});
    let looks = 0;
    blind.before = async ({ method }) => {
      if (method !== 'policy' || ++looks !== nth) return;
      const mine = { policy: `${(await policyAt(policy)).policy}# mine\n` };
      await server.root.must('PUT', `sys/policies/acl/${policy}`, mine);
    };
    const info = await blind.move({ from: mount, to: target, policies: 'add' });
    expect(info).toMatchObject({ status: 'success', policies: { changed: [{ policy }], left: [] } });
    const { policy: text } = await policyAt(policy);
    for (const part of [rule(mount), rule(target), '# mine\n']) expect(text).toContain(part);
  });
});

describe('a move that may not change policies', () => {
  it('is refused if the token may not write one of them, which it learns only if it may read it', async () => {
    const { mount, target } = await mountWithPolicy();
    await server.root.must('PUT', `sys/policies/acl/hidden-${mount}`, { policy: rule(mount) });
    const answer = await moves.call('POST', 'sys/remount', {
      body: { from: mount, to: target, policies: 'add' },
    });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('1 of the root namespace that it may not read');
    expect(answer.text).not.toContain('hidden-');
  });

  it('is refused with the line that the policy of the service lacks', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const asked = { from: mount, to: target, policies: 'add' };
    const given = await readFile(join(FOLDER, 'policies.hcl'), 'utf8');
    await server.root.must('PUT', 'sys/policies/acl/policies', { policy: '# nothing' });
    const line =
      'the policy of the service lacks: path "sys/policies/acl/*" { capabilities = ["read", "update"] }';
    for (const path of ['sys/remount', 'sys/remount/plan'])
      expect(await moves.call('POST', path, { body: asked })).toMatchObject({
        status: 502,
        body: { errors: [line] },
      });

    // A right that is taken away after the request ends the migration before anything is revoked.
    await server.root.must('PUT', 'sys/policies/acl/policies', { policy: given });
    const id = await moves.post(asked);
    await server.root.must('PUT', 'sys/policies/acl/policies', { policy: '# nothing' });
    const info = await moves.run(id);
    await server.root.must('PUT', 'sys/policies/acl/policies', { policy: given });
    expect(info).toMatchObject({
      status: 'failure',
      error: { code: 'cluster_forbids' },
      cluster: { posts: 0 },
    });
    expect(info.error?.message).toContain(line);
    expect(info.error?.message).not.toContain(policy);
    expect((await policyAt(policy)).policy).toBe(text);
  });
});
