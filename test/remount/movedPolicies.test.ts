/** Moves that take policies with them. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { switchMount } from '../../functions/remount/switchMount.ts';
import type { Answer } from '../support/call.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { runMigration } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;
let number = 0;

beforeAll(async () => {
  service = await remountService();
  await must('POST', 'sys/namespaces/team');
});
afterAll(() => service.deps.stop());

async function must(method: string, path: string, body?: object, namespace = ''): Promise<Answer['body']> {
  const answer = await service.call(method, path, { body, namespace });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

/** A mount with a secret, and a policy `people<n>` that grants its reading. */
async function mountWithPolicy(namespace = '') {
  const n = ++number;
  const mount = `m${n}`;
  await must('POST', `sys/mounts/${mount}`, { type: 'kv' }, namespace);
  await must('POST', `${mount}/a`, { key: 'value' }, namespace);
  const policy = `people${n}`;
  const text = `# who may read\npath "${mount}/*" { capabilities = ["read"] } # all\n`;
  await must('POST', `sys/policies/acl/${policy}`, { policy: text }, namespace);
  return { mount, target: `new/${mount}`, policy, text };
}

async function textOf(policy: string, namespace = ''): Promise<string> {
  return (await must('GET', `sys/policies/acl/${policy}`, undefined, namespace)).data.policy;
}

async function tokenWith(...policies: string[]): Promise<string> {
  return (await must('POST', 'auth/token/create', { policies })).auth.client_token;
}

async function tokenOf(text: string): Promise<string> {
  const name = `own${++number}`;
  await must('POST', `sys/policies/acl/${name}`, { policy: text });
  return tokenWith(name);
}

const MOVES = 'path "sys/remount*" { capabilities = ["update", "sudo", "read"] }\n';
const writes = (policy: string, more = '') =>
  `path "sys/policies/acl/${policy}" { capabilities = ["update"${more}] }\n`;

async function undo(id: string): Promise<string> {
  const { data } = await must('POST', `sys/remount/undo/${id}`, {});
  await runMigration(service.deps, data.migration_id);
  return data.migration_id;
}

describe('a move with policies', () => {
  it('"add" adds a rule for the target, and tokens read there', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const token = await tokenWith(policy);
    const id = await service.move(mount, target, { policies: 'add' });

    const why = `# Added by the move of ${mount}/ to ${target}/, migration ${id}`;
    const rule = `path "${target}/*" { capabilities = ["read"] }`;
    expect(await textOf(policy)).toBe(`${text}${why}\n${rule}\n`);
    expect(await service.call('GET', `${target}/a`, { token })).toMatchObject({ status: 200 });
    expect((await service.info(id)).policies).toEqual({
      mode: 'add',
      changed: [{ namespace: '', policy, version: 2 }],
      left: [],
      hidden: {},
    });
  });

  it('"follow" replaces the path of the rule', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const token = await tokenWith(policy);
    await service.move(mount, target, { policies: 'follow' });

    expect(await textOf(policy)).toBe(text.replace(`"${mount}/*"`, `"${target}/*"`));
    expect(await service.call('GET', `${target}/a`, { token })).toMatchObject({ status: 200 });
  });

  it('"keep", and one that says nothing, change no policy', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    await service.move(mount, target, { policies: 'keep' });
    const id = await service.move(target, mount);
    expect(await textOf(policy)).toBe(text);
    expect(await service.info(id)).not.toHaveProperty('policies');
  });

  it('of another word is refused', async () => {
    const body = { from: 'a', to: 'b', policies: 'move' };
    const { mount: from } = await mountWithPolicy();
    expect(await service.call('POST', 'sys/remount', { body: { ...body, from } })).toMatchObject({
      status: 400,
      body: { errors: ['policies is one of "keep", "add", "follow"'] },
    });
  });

  it('writes nothing before the switch, nor if it is cancelled', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const id = await service.accept(mount, target, { policies: 'add' });
    expect(await textOf(policy)).toBe(text);
    await must('POST', `sys/remount/cancel/${id}`, {});
    await runMigration(service.deps, id);
    expect(await textOf(policy)).toBe(text);
  });

  it('writes once, however often its step runs', async () => {
    const { mount, target, policy } = await mountWithPolicy();
    const id = await service.accept(mount, target, { policies: 'add' });
    await Promise.all(Array.from({ length: 5 }, () => switchMount(service.deps, id)));
    expect((await must('GET', `sys/policies/acl/${policy}`)).data.version).toBe(2);
  });

  it('keeps what somebody writes between the request and the switch', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const id = await service.accept(mount, target, { policies: 'follow' });
    await must('POST', `sys/policies/acl/${policy}`, { policy: `${text}path "other" {}\n` });
    await runMigration(service.deps, id);
    expect(await textOf(policy)).toBe(`${text.replace(`${mount}/`, `${target}/`)}path "other" {}\n`);
  });

  it('keeps what somebody writes while the switch is being committed', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const id = await service.accept(mount, target, { policies: 'follow' });
    let tries = 0;
    const write = async () => {
      await must('POST', `sys/policies/acl/${policy}`, { policy: `${text}path "other" {}\n` });
    };
    const store = meanwhile(service.deps.store, write, () => ++tries === 1);
    await switchMount({ ...service.deps, store }, id);
    expect(await textOf(policy)).toBe(`${text.replace(`${mount}/`, `${target}/`)}path "other" {}\n`);
    expect((await service.info(id)).policies.changed).toEqual([{ namespace: '', policy, version: 3 }]);
  });

  it('moves the mount if a policy has been deleted since, and says so', async () => {
    const { mount, target, policy } = await mountWithPolicy();
    const id = await service.accept(mount, target, { policies: 'add' });
    await must('DELETE', `sys/policies/acl/${policy}`);
    await runMigration(service.deps, id);
    expect(await service.info(id)).toMatchObject({
      status: 'success',
      policies: { changed: [], left: [{ namespace: '', policy, reason: 'it does not exist any more' }] },
    });
  });

  it('keeps the end of a policy', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    await must('POST', `sys/policies/acl/${policy}`, { policy: text, ttl: '1h' });
    const { expiration } = (await must('GET', `sys/policies/acl/${policy}`)).data;
    await service.move(mount, target, { policies: 'follow' });
    expect((await must('GET', `sys/policies/acl/${policy}`)).data).toMatchObject({ expiration, version: 3 });
  });

  it('leaves a rule with a wildcard in the place of the mount', async () => {
    const { mount, target, policy } = await mountWithPolicy();
    const text = `path "${mount}*" { policy = "read" }\npath "+/a" { policy = "read" }\n`;
    await must('POST', `sys/policies/acl/${policy}`, { policy: text });
    const plan = await must('POST', 'sys/remount/plan', { from: mount, to: target, policies: 'add' });
    expect(plan.data.policies.map((rule: { left_because: string }) => rule.left_because)).toEqual([
      "it has a wildcard in the place of the mount's path, so it names other mounts, too",
      "it has a wildcard in the place of the mount's path, so it names other mounts, too",
    ]);
    const id = await service.move(mount, target, { policies: 'add' });
    expect(await textOf(policy)).toBe(text);
    expect(await service.info(id)).not.toHaveProperty('policies');
  });

  it('into another namespace changes policies of namespaces above both, and no others', async () => {
    const { mount, policy, text } = await mountWithPolicy('team');
    await must('POST', 'sys/namespaces/heirs');
    const above = `above${number}`;
    await must('POST', `sys/policies/acl/${above}`, { policy: `path "team/${mount}/a" { policy = "read" }` });
    const body = { from: `team/${mount}`, to: `heirs/${mount}`, policies: 'follow' };
    const plan = (await must('POST', 'sys/remount/plan', body)).data;
    expect(plan.policies).toContainEqual(
      expect.objectContaining({
        policy,
        left_because: 'a policy of its namespace cannot name a path outside of that',
      }),
    );
    await service.move(body.from, body.to, { policies: 'follow' });
    expect(await textOf(above)).toBe(`path "heirs/${mount}/a" { policy = "read" }`);
    expect(await textOf(policy, 'team')).toBe(text);
  });
});

describe('a plan with policies', () => {
  it('shows each text before and after, and changes nothing', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const body = { from: mount, to: target, policies: 'add' };
    const { data } = await must('POST', 'sys/remount/plan', body);
    const why = `# Added by the move of ${mount}/ to ${target}/`;
    const after = `${text}${why}\npath "${target}/*" { capabilities = ["read"] }\n`;
    expect(data.policy_changes).toEqual({
      changes: [{ namespace: '', policy, before: text, after }],
      left: [],
      hidden: {},
    });
    expect(await textOf(policy)).toBe(text);
    expect((await must('POST', 'sys/remount', { ...body, dry_run: true })).data).toEqual(data);
  });

  it('shows the texts only of policies that the token may read', async () => {
    const { mount: from, target: to, policy } = await mountWithPolicy();
    const body = { from, to, policies: 'follow' };
    const token = await tokenOf(MOVES + writes(policy));
    const { data } = (await service.call('POST', 'sys/remount/plan', { body, token })).body;
    expect(data.policy_changes).toEqual({ changes: [], left: [], hidden: { '': 1 } });
    const { migration_id: id } = (await service.call('POST', 'sys/remount', { body, token })).body.data;
    await runMigration(service.deps, id);
    const seen = await service.info(id, { token });
    expect(seen.policies).toEqual({ mode: 'follow', changed: [], left: [], hidden: { '': 1 } });
  });
});

describe('a move whose policies the token may not write', () => {
  it.each([
    ['denied_parameters = { "rules" = [] }'],
    ['denied_parameters = { "policy" = [] }'],
    ['required_parameters = ["cas"]'],
    ['min_wrapping_ttl = "1m"'],
  ])('as it lacks a right to the fields or the answer of a write is refused: %s', async (limit) => {
    const { mount: from, target: to, policy, text } = await mountWithPolicy();
    const rule = `path "sys/policy/${policy}" { capabilities = ["create", "update"] ${limit} }`;
    const body = { from, to, policies: 'add' };
    const token = await tokenOf(MOVES + rule);
    expect((await service.call('POST', 'sys/remount', { body, token })).status).toBe(403);
    expect(await textOf(policy)).toBe(text);
  });

  it.each([
    ['names those that it may read', ', "read"', (policy: string) => `"${policy}" of the root namespace`],
    ['counts the others', '', () => '1 of the root namespace that it may not read'],
  ])('is refused, and %s', async (_, more, words) => {
    const { mount: from, target: to, policy, text } = await mountWithPolicy();
    const token = await tokenOf(MOVES + writes(policy, more).replace('"update"', '"delete"'));
    const body = { from, to, policies: 'add' };
    const refused = {
      status: 403,
      body: {
        errors: [
          `the token may not write policies that the move would change: ${words(policy)}; with "policies": "keep" they stay as they are`,
        ],
      },
    };
    for (const path of ['sys/remount/plan', 'sys/remount'])
      expect(await service.call('POST', path, { body, token })).toMatchObject(refused);
    expect(await textOf(policy)).toBe(text);
    await must('GET', `${from}/a`);
  });

  it('is refused for a policy that would become too long', async () => {
    const { mount: from, target: to, policy, text } = await mountWithPolicy();
    await must('POST', `sys/policies/acl/${policy}`, { policy: `#${'x'.repeat(99_900)}\n${text}` });
    const answer = await service.call('POST', 'sys/remount', { body: { from, to, policies: 'add' } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0]).toMatch(
      /^these policies cannot be changed with the move: "people\d+" of the root namespace; with the new rules, its text would be too long or no policy$/,
    );
  });

  it('is refused if the switch has no room for them all', async () => {
    const { mount: from, target: to, text } = await mountWithPolicy();
    const names = Array.from({ length: 60 }, (_, i) => `many${i}`);
    for (const name of names) await must('POST', `sys/policies/acl/${name}`, { policy: text });
    const answer = await service.call('POST', 'sys/remount', { body: { from, to, policies: 'add' } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0]).toMatch(
      /; the transaction of the switch has room for 57 policies; a bulk run of this move writes more, before and after it$/,
    );
    await Promise.all(names.slice(50).map((name) => must('DELETE', `sys/policies/acl/${name}`)));
    const id = await service.move(from, to, { policies: 'add' });
    expect((await service.info(id)).policies.changed).toHaveLength(51);
  });
});

describe('a repeated move', () => {
  it('that asks for policies only now is refused as long as some would change', async () => {
    const { mount: from, target: to, text, policy } = await mountWithPolicy();
    const id = await service.move(from, to);
    for (const path of ['sys/remount', 'sys/remount/plan']) {
      const answer = await service.call('POST', path, { body: { from, to, policies: 'follow' } });
      expect([answer.status, answer.body.errors?.[0]]).toEqual([
        400,
        expect.stringMatching(new RegExp(`^migration ${id} has moved the mount already`)),
      ]);
    }
    expect(await textOf(policy)).toBe(text);
  });

  it('is answered with the first if that has changed them, or there was none to change', async () => {
    const { mount: from, target: to, policy } = await mountWithPolicy();
    const body = { from, to, policies: 'follow' };
    const id = await service.move(from, to, { policies: 'follow' });
    const again = await service.call('POST', 'sys/remount', { body });
    expect(again.body.data.migration_id).toBe(id);
    await must('DELETE', `sys/policies/acl/${policy}`);
    expect((await service.call('POST', 'sys/remount', { body })).body.data.migration_id).toBe(id);
  });
});

describe('an undo', () => {
  it('tells in its plan which policies it would restore, and leaves their rules out', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const id = await service.move(mount, target, { policies: 'follow' });
    const plan = async (body: object) =>
      (await must('POST', `sys/remount/undo/${id}`, { dry_run: true, ...body })).data;

    const restoring = await plan({});
    const keeping = await plan({ policies: 'keep' });

    expect(restoring.policy_changes.changes).toEqual([
      { namespace: '', policy, before: await textOf(policy), after: text },
    ]);
    expect(restoring.policies).toEqual([]);
    expect(restoring.policy_changes.left).toEqual([]);
    expect(keeping).not.toHaveProperty('policy_changes');
    expect(keeping.policies).toMatchObject([{ policy, path: `${target}/*` }]);
    await must('POST', `sys/policies/acl/${policy}`, { policy: 'path "other" {}' });
    expect((await plan({})).policy_changes).toEqual({
      changes: [],
      left: [{ namespace: '', policy, reason: 'its text has changed since' }],
      hidden: {},
    });
  });

  it.each(['add', 'follow'])('of a move with "%s" restores the texts', async (policies) => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const id = await undo(await service.move(mount, target, { policies }));
    expect(await textOf(policy)).toBe(text);
    expect((await service.info(id)).policies).toEqual({
      mode: 'restore',
      changed: [{ namespace: '', policy, version: 3 }],
      left: [],
      hidden: {},
    });
  });

  it('can be undone, too', async () => {
    const { mount, target, policy } = await mountWithPolicy();
    const first = await service.move(mount, target, { policies: 'add' });
    const moved = await textOf(policy);
    await undo(await undo(first));
    expect(await textOf(policy)).toBe(moved);
  });

  it('restores a text that was written again as it was', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const first = await service.move(mount, target, { policies: 'add' });
    await must('POST', `sys/policies/acl/${policy}`, { policy: await textOf(policy) });
    await undo(first);
    expect(await textOf(policy)).toBe(text);
  });

  it('replaces its own rules back in a text that another move has changed since', async () => {
    const one = await mountWithPolicy();
    const other = await mountWithPolicy();
    const both = `${one.text}${other.text}`;
    await must('POST', `sys/policies/acl/${one.policy}`, { policy: both });
    const first = await service.move(one.mount, one.target, { policies: 'follow' });
    const second = await service.move(other.mount, other.target, { policies: 'follow' });

    const back = await undo(first);

    expect(await textOf(one.policy)).toBe(both.replace(`"${other.mount}/`, `"${other.target}/`));
    // Forth again, the same holds.
    await undo(back);
    expect(await textOf(one.policy)).toContain(`"${one.target}/*"`);
    await undo(second);
    expect(await textOf(one.policy)).toBe(both.replace(`"${one.mount}/`, `"${one.target}/`));
  });

  it('leaves a text that somebody has changed since, and says which', async () => {
    const { mount, target, policy, text } = await mountWithPolicy();
    const first = await service.move(mount, target, { policies: 'follow' });
    await must('POST', `sys/policies/acl/${policy}`, { policy: `${text}# mine\n` });
    const id = await undo(first);
    expect(await textOf(policy)).toBe(`${text}# mine\n`);
    expect(await service.info(id)).toMatchObject({
      status: 'success',
      policies: { changed: [], left: [{ namespace: '', policy, reason: 'its text has changed since' }] },
    });
  });

  it('is refused to a token that may not write the policies', async () => {
    const { mount, target, policy } = await mountWithPolicy();
    const id = await service.move(mount, target, { policies: 'add' });
    const token = await tokenOf(MOVES + writes(policy, ', "read"').replace('"update"', '"delete"'));
    const answer = await service.call('POST', `sys/remount/undo/${id}`, { body: {}, token });
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.text).toContain(`\\"${policy}\\" of the root namespace`);
    const text = await textOf(policy);
    const kept = await service.call('POST', `sys/remount/undo/${id}`, { body: { policies: 'keep' }, token });
    await runMigration(service.deps, kept.body.data.migration_id);
    expect(await textOf(policy)).toBe(text);
    await must('GET', `${mount}/a`);
  });

  it('that asks for another word is refused', async () => {
    const { mount, target } = await mountWithPolicy();
    const id = await service.move(mount, target);
    const answer = await service.call('POST', `sys/remount/undo/${id}`, { body: { policies: 'add' } });
    expect(answer.body.errors).toEqual(['policies is one of "restore", "keep"']);
  });

  it('of a namespace leaves the policies above it, and does not tell of them', async () => {
    const { mount } = await mountWithPolicy('team');
    const above = `above${number}`;
    const text = `path "team/${mount}/a" { policy = "read" }`;
    await must('POST', `sys/policies/acl/${above}`, { policy: text });
    const body = { policies: 'follow' };
    const first = await service.move(`team/${mount}`, `team/new-${mount}`, body);
    const { data } = await must('POST', `sys/remount/undo/${first}`, {}, 'team');
    await runMigration(service.deps, data.migration_id);
    expect(await textOf(above)).toBe(text.replace(mount, `new-${mount}`));
    await must('POST', 'sys/policies/acl/all', { policy: 'path "*" { policy = "sudo" }' }, 'team');
    const { auth } = await must('POST', 'auth/token/create', { policies: ['all'] }, 'team');
    const seen = await service.info(first, { namespace: 'team', token: auth.client_token });
    expect(seen.policies).toMatchObject({ changed: [{ namespace: 'team/' }], left: [], hidden: {} });
  });
});
