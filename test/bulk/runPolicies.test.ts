/** Runs that take policies with them. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRunPolicies } from '../../functions/bulk/changePolicies.ts';
import { findRun } from '../../functions/bulk/readRun.ts';
import { bulkBeginStep, bulkChunkStep, bulkCompleteStep } from '../../functions/bulk/steps.ts';
import type { Answer } from '../support/call.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { runBulk, runMigration } from '../support/workflow.ts';
import { type BulkService, bulkService } from './bulkService.ts';

let service: BulkService;
let deps: BulkService['deps'];
let n = 0;

beforeAll(async () => {
  service = await bulkService();
  deps = service.deps;
});
afterAll(() => service.stop());

async function must(method: string, path: string, body?: object, more: object = {}): Promise<Answer['body']> {
  const answer = await service.call(method, path, { ...(body && { body }), ...more });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

/** Three mounts, each with a secret, and a policy that grants reading all of them. */
async function mountsWithPolicy() {
  const prefix = `r${++n}`;
  const mounts = ['a', 'b', 'c'].map((name) => `${prefix}-${name}`);
  for (const mount of mounts) {
    await must('POST', `sys/mounts/${mount}`, { type: 'kv' });
    await must('POST', `${mount}/x`, { key: 'value' });
  }
  const policy = `${prefix}-people`;
  const rules = mounts.map((mount) => `path "${mount}/*" { capabilities = ["read"] } # of ${mount}`);
  const text = `# who may read\n${rules.join('\n')}\n`;
  await must('POST', `sys/policies/acl/${policy}`, { policy: text });
  const moves = mounts.map((mount) => ({ from: mount, to: `${prefix}/${mount}` }));
  return { prefix, mounts, policy, text, moves, moved: textMoved(text, moves) };
}

function textMoved(text: string, moves: { from: string; to: string }[]): string {
  return moves.reduce((left, { from, to }) => left.replace(`"${from}/`, `"${to}/`), text);
}

async function policyOf(name: string): Promise<{ policy: string; version: number }> {
  return (await must('GET', `sys/policies/acl/${name}`)).data;
}

async function run(body: object): Promise<string> {
  const id = await service.start(body as Record<string, unknown>);
  await runBulk(deps, id);
  return id;
}

async function tokenOf(text: string): Promise<string> {
  const name = `own${++n}`;
  await must('POST', `sys/policies/acl/${name}`, { policy: text });
  return (await must('POST', 'auth/token/create', { policies: [name] })).auth.client_token;
}

const MOVES = 'path "sys/remount*" { capabilities = ["update", "sudo", "read"] }\n';
const writes = (policy: string, more = '') =>
  `path "sys/policies/acl/${policy}" { capabilities = ["update"${more}] }\n`;

/** Adds the rules of a run, and makes its moves. */
async function addAndMove(id: string): Promise<void> {
  const { chunks } = await bulkBeginStep(deps, { id }, soon());
  for (const chunk of chunks) await bulkChunkStep(deps, chunk, soon());
}

const soon = () => deps.clock.now() + 60_000;

describe('a run with policies', () => {
  it('"follow" replaces the rules of all mounts, and people read at the targets', async () => {
    const { policy, moves, moved, prefix, mounts } = await mountsWithPolicy();
    const { auth } = await must('POST', 'auth/token/create', { policies: [policy] });
    const id = await run({ moves, policies: 'follow' });

    expect(await policyOf(policy)).toMatchObject({ policy: moved, version: 3 });
    const token = auth.client_token;
    await must('GET', `${prefix}/${mounts[0]}/x`, undefined, { token });
    const changed = [{ namespace: '', policy, version: 3 }];
    expect((await service.info(id)).policies).toEqual({ mode: 'follow', changed, left: [], hidden: {} });
    expect((await service.info(id)).status).toBe('success');
  });

  it('"add" writes a policy once, with a comment for each migration', async () => {
    const { policy, moves, mounts, prefix } = await mountsWithPolicy();
    const id = await run({ moves, policies: 'add' });

    const after = await policyOf(policy);
    expect(after.version).toBe(2);
    const { keys } = (await must('LIST', `sys/remount/bulk/${id}`)).data;
    const rules = mounts.map((mount, i) =>
      [
        `path "${mount}/*" { capabilities = ["read"] } # of ${mount}`,
        `# Added by the move of ${mount}/ to ${prefix}/${mount}/, migration ${keys[i]}`,
        `path "${prefix}/${mount}/*" { capabilities = ["read"] }`,
      ].join('\n'),
    );
    expect(after.policy).toBe(`# who may read\n${rules.join('\n')}\n`);
  });

  it('"keep", and one that says nothing, change no policy', async () => {
    const { policy, text, moves } = await mountsWithPolicy();
    const id = await run({ moves: moves.slice(0, 1), policies: 'keep' });
    await run({ moves: moves.slice(1) });
    expect(await policyOf(policy)).toMatchObject({ policy: text, version: 1 });
    expect(await service.info(id)).not.toHaveProperty('policies');
  });

  it('of another word is refused', async () => {
    const { moves } = await mountsWithPolicy();
    const { status, body } = await service.call('POST', 'sys/remount/bulk', {
      body: { moves, policies: 'move' },
    });
    expect([status, body.errors]).toEqual([400, ['policies is one of "keep", "add", "follow"']]);
  });

  it('takes rules and CSV, too', async () => {
    const { policy, moved, prefix, mounts, text } = await mountsWithPolicy();
    const rules = [{ from: `${prefix}-*`, to: `${prefix}/${prefix}-*` }];
    const plan = await must('POST', 'sys/remount/bulk', { rules, policies: 'follow', dry_run: true });
    expect(plan.data.policy_changes.changes).toEqual([{ namespace: '', policy, before: text, after: moved }]);
    const csv = `from,to\n${mounts.map((mount) => `${mount},${prefix}/${mount}`).join('\n')}\n`;
    await run({ csv, policies: 'follow' });
    expect((await policyOf(policy)).policy).toBe(moved);
  });

  it.each(['add', 'follow'])('"%s" changes nothing for a move that fails', async (policies) => {
    const { policy, text, moves, prefix, mounts } = await mountsWithPolicy();
    const id = await service.start({ moves, policies });
    await must('POST', `sys/mounts/${prefix}/${mounts[1]}`, { type: 'kv' });
    await runBulk(deps, id);

    const after = (await policyOf(policy)).policy;
    expect(after).not.toContain(`"${prefix}/${mounts[1]}/`);
    expect(after).toContain(`"${prefix}/${mounts[0]}/*"`);
    expect(after).toContain(`path "${mounts[1]}/*" { capabilities = ["read"] } # of ${mounts[1]}\n`);
    if (policies === 'follow') {
      const [first, , last] = moves;
      expect(after).toBe(textMoved(text, [first, last] as typeof moves));
    }
    expect((await service.info(id)).policies.left).toEqual([]);
  });

  it('that is cancelled before its first move changes no policy, and ends', async () => {
    const { policy, text, moves } = await mountsWithPolicy();
    const id = await service.start({ moves, policies: 'follow' });
    await must('POST', `sys/remount/bulk/cancel/${id}`, {});
    await runBulk(deps, id);
    expect(await policyOf(policy)).toMatchObject({ policy: text, version: 1 });
    expect(await service.info(id)).toMatchObject({
      status: 'failure',
      policies: { changed: [], left: [] },
    });
  });

  it('that is cancelled when its rules are written takes them back', async () => {
    const { policy, text, moves } = await mountsWithPolicy();
    const id = await service.start({ moves, policies: 'follow' });
    await bulkBeginStep(deps, { id }, soon());
    expect((await policyOf(policy)).version).toBe(2);
    await must('POST', `sys/remount/bulk/cancel/${id}`, {});
    await runBulk(deps, id);
    expect(await policyOf(policy)).toMatchObject({ policy: text, version: 3 });
  });

  it('writes each text once, however often its steps run', async () => {
    const { policy, moved, moves } = await mountsWithPolicy();
    const id = await service.start({ moves, policies: 'follow' });
    const [begun] = await Promise.all(Array.from({ length: 4 }, () => bulkBeginStep(deps, { id }, soon())));
    for (const chunk of begun?.chunks ?? []) await bulkChunkStep(deps, chunk, soon());
    expect(await bulkCompleteStep(deps, { id, looks: 0 })).toMatchObject({ done: false, policies: true });
    const again = { id, policies: true } as const;
    await Promise.all(Array.from({ length: 4 }, () => bulkBeginStep(deps, again, soon())));
    expect(await bulkCompleteStep(deps, { id, looks: 0 })).toMatchObject({ done: true });
    expect(await policyOf(policy)).toMatchObject({ policy: moved, version: 3 });
    const changed = [{ namespace: '', policy, version: 3 }];
    expect((await service.info(id)).policies).toMatchObject({ changed, left: [] });
  });

  it.each([
    ['add rules', async () => {}],
    ['settle', async (id: string) => addAndMove(id)],
  ])('that has ended is not changed by a late execution that was about to %s', async (_, before) => {
    const { policy, moved, moves } = await mountsWithPolicy();
    const id = await service.start({ moves, policies: 'follow' });
    await before(id);
    const end = async () => {
      await runBulk(deps, id);
    };
    const store = meanwhile(deps.store, end, (writes) => writes.length === 2);
    await bulkBeginStep({ ...deps, store }, { id, policies: true }, soon());
    expect(await policyOf(policy)).toMatchObject({ policy: moved, version: 3 });
    expect(await readRunPolicies(deps.store, id)).toMatchObject([{ phase: 'settled', version: 3 }]);
    expect((await findRun(deps.store, id))?.run).toMatchObject({ status: 'success', policyStage: 'settled' });
  });

  it('goes no stage back when a late execution notes an earlier one', async () => {
    const { policy, moved, moves } = await mountsWithPolicy();
    const id = await service.start({ moves, policies: 'follow' });
    const settle = async () => {
      await addAndMove(id);
      await bulkBeginStep(deps, { id, policies: true }, soon());
    };
    const store = meanwhile(deps.store, settle, (writes) => writes.length === 2);
    await bulkBeginStep({ ...deps, store }, { id }, soon());
    expect((await findRun(deps.store, id))?.run.policyStage).toBe('settled');
    await runBulk(deps, id);
    expect(await policyOf(policy)).toMatchObject({ policy: moved, version: 3 });
  });

  it('begins no move before its rules are written', async () => {
    const { moves, policy } = await mountsWithPolicy();
    const id = await service.start({ moves, policies: 'add' });
    expect(await bulkBeginStep(deps, { id }, deps.clock.now() - 1)).toMatchObject({ chunks: [] });
    expect(await bulkCompleteStep(deps, { id, looks: 0 })).toMatchObject({ done: false, policies: true });
    expect((await policyOf(policy)).version).toBe(1);
    await runBulk(deps, id);
    expect((await policyOf(policy)).version).toBe(2);
  });

  it('keeps what somebody writes before, during and after its moves', async () => {
    const { policy, moved, moves } = await mountsWithPolicy();
    const add = (more: string) => async () => {
      const { policy: now } = await policyOf(policy);
      await must('POST', `sys/policies/acl/${policy}`, { policy: more + now });
    };
    const id = await service.start({ moves, policies: 'follow' });
    await add('# one\n')();
    const { chunks } = await bulkBeginStep(
      { ...deps, store: meanwhile(deps.store, add('# two\n'), (writes) => writes.length === 2) },
      { id },
      soon(),
    );
    await add('# three\n')();
    for (const chunk of chunks) await bulkChunkStep(deps, chunk, soon());
    const store = meanwhile(deps.store, add('# four\n'), (writes) => writes.length === 2);
    await bulkBeginStep({ ...deps, store }, { id, policies: true }, soon());
    await runBulk(deps, id);
    expect((await policyOf(policy)).policy).toBe(`# four\n# three\n# two\n# one\n${moved}`);
  });

  it('leaves a policy in which it cannot tell its rules from others', async () => {
    const { policy, moves } = await mountsWithPolicy();
    const id = await service.start({ moves, policies: 'follow' });
    await addAndMove(id);
    const { policy: text } = await policyOf(policy);
    await must('POST', `sys/policies/acl/${policy}`, { policy: text + text });
    await runBulk(deps, id);
    expect((await policyOf(policy)).policy).toBe(text + text);
    expect((await service.info(id)).policies.left).toEqual([
      { namespace: '', policy, reason: 'its text has changed since' },
    ]);
  });

  it('leaves a policy that is gone or whose added rules were changed, says so, and ends', async () => {
    const { policy, moves } = await mountsWithPolicy();
    const other = await mountsWithPolicy();
    const id = await service.start({ moves: [...moves, ...other.moves], policies: 'follow' });
    await must('DELETE', `sys/policies/acl/${policy}`);
    const { chunks } = await bulkBeginStep(deps, { id }, soon());
    const mine = (await policyOf(other.policy)).policy.replaceAll('# Added', '# added');
    await must('POST', `sys/policies/acl/${other.policy}`, { policy: mine });
    for (const chunk of chunks) await bulkChunkStep(deps, chunk, soon());
    await runBulk(deps, id);
    expect(await service.info(id)).toMatchObject({
      status: 'success',
      policies: {
        left: [
          { namespace: '', policy, reason: 'it does not exist any more' },
          { namespace: '', policy: other.policy, reason: 'its text has changed since' },
        ],
      },
    });
    expect((await policyOf(other.policy)).policy).toBe(mine);
  });
});

describe('a run whose mounts take the places of each other', () => {
  const refused = /^row 1 moves to a path that row 2 leaves, and policies name one of the mounts/;

  it('is refused, because the rules would hold for the wrong mount meanwhile', async () => {
    const { mounts, prefix, policy, text } = await mountsWithPolicy();
    const [a, b] = mounts;
    const moves = [
      { from: a, to: b },
      { from: b, to: `${prefix}/b` },
    ];
    for (const dry_run of [true, false]) {
      const body = { moves, policies: 'follow', dry_run };
      const answer = await service.call('POST', 'sys/remount/bulk', { body });
      expect([answer.status, answer.body.errors?.[0]]).toEqual([400, expect.stringMatching(refused)]);
    }
    expect((await policyOf(policy)).policy).toBe(text);
  });

  it('is made if no policy names them', async () => {
    const { mounts, policy, prefix } = await mountsWithPolicy();
    const [a, b] = mounts;
    await must('POST', `sys/policies/acl/${policy}`, { policy: 'path "other" {}' });
    const id = await run({
      moves: [
        { from: a, to: b },
        { from: b, to: `${prefix}/b` },
      ],
      policies: 'follow',
    });
    expect(await service.info(id)).toMatchObject({ status: 'success' });
    expect(await service.info(id)).not.toHaveProperty('policies');
  });
});

describe('the plan of a run with policies', () => {
  it('shows one change of each policy, the rules that it leaves, and writes nothing', async () => {
    const { policy, text, moves, prefix } = await mountsWithPolicy();
    const wild = `${prefix}-wild`;
    const wildText = `path "${prefix}*" { capabilities = ["list"] }\npath "*" { capabilities = ["list"] }`;
    await must('POST', `sys/policies/acl/${wild}`, { policy: wildText });
    const targets = moves.map(({ from }) => ({ from, to: `t${from}` }));
    const { data } = await must('POST', 'sys/remount/bulk', {
      moves: targets,
      policies: 'follow',
      dry_run: true,
    });
    expect(data.policy_changes).toEqual({
      changes: [{ namespace: '', policy, before: text, after: textMoved(text, targets) }],
      left: [],
      hidden: {},
    });
    expect(data.policies.filter(({ policy }: { policy: string }) => policy === wild)).toEqual([
      {
        namespace: '',
        policy: wild,
        path: `${prefix}*`,
        capabilities: ['list'],
        replacement: { namespace: '', path: expect.stringMatching(/^t/) },
        left_because: "it has a wildcard in the place of the mount's path, so it names other mounts, too",
      },
    ]);
    expect((await policyOf(policy)).policy).toBe(text);
  });

  it('tells nothing of policies that the token may not read', async () => {
    const { policy, moves, prefix } = await mountsWithPolicy();
    await must('POST', `sys/policies/acl/${prefix}-wild`, {
      policy: `path "${prefix}*" { policy = "read" }`,
    });
    const token = await tokenOf(MOVES + writes(policy));
    const renamed = moves.map(({ from }) => ({ from, to: `u${from}` }));
    const plan = { moves: renamed, policies: 'follow', dry_run: true };
    const { data } = await must('POST', 'sys/remount/bulk', plan, { token });
    expect(data.policy_changes).toEqual({ changes: [], left: [], hidden: { '': 1 } });
    expect(data.policies).toEqual([]);
    expect(data.hidden_policy_rules).toEqual({ '': expect.any(Number) });
    const started = await must('POST', 'sys/remount/bulk', { ...plan, dry_run: false }, { token });
    await runBulk(deps, started.data.bulk_id);
    const seen = await must('GET', `sys/remount/bulk/${started.data.bulk_id}`, undefined, { token });
    expect(seen.data.bulk_info.policies).toEqual({
      mode: 'follow',
      changed: [],
      left: [],
      hidden: { '': 1 },
    });
  });
});

describe('a run whose policies the token may not write', () => {
  it('is refused before anything moves, and names those that it may read', async () => {
    const { policy, text, moves, mounts } = await mountsWithPolicy();
    const token = await tokenOf(MOVES + writes(policy, ', "read"').replace('"update"', '"delete"'));
    for (const dry_run of [true, false]) {
      const body = { moves, policies: 'add', dry_run };
      const answer = await service.call('POST', 'sys/remount/bulk', { body, token });
      expect(answer.status).toBe(403);
      expect(answer.body.errors[0]).toContain(`would change: "${policy}" of the root namespace; with`);
    }
    expect((await policyOf(policy)).policy).toBe(text);
    await must('GET', `${mounts[0]}/x`);
  });

  it('is refused for a policy that would become too long', async () => {
    const { policy, text, moves } = await mountsWithPolicy();
    await must('POST', `sys/policies/acl/${policy}`, { policy: `#${'x'.repeat(99_700)}\n${text}` });
    const body = { moves, policies: 'follow' };
    const answer = await service.call('POST', 'sys/remount/bulk', { body });
    expect([answer.status, answer.body.errors?.[0]]).toEqual([
      400,
      `these policies cannot be changed with the move: "${policy}" of the root namespace; with the new rules, its text would be too long or no policy`,
    ]);
  });
});

describe('the undo of a run', () => {
  async function undo(id: string, more: object = {}): Promise<string> {
    const { data } = await must('POST', `sys/remount/bulk/undo/${id}`, more);
    await runBulk(deps, data.bulk_id);
    return data.bulk_id;
  }

  it.each(['add', 'follow'])('of "%s" restores the texts, and can be undone, too', async (policies) => {
    const { policy, text, moves, mounts } = await mountsWithPolicy();
    const id = await run({ moves, policies });
    const changed = (await policyOf(policy)).policy;
    const plan = await must('POST', `sys/remount/bulk/undo/${id}`, { dry_run: true });
    expect(plan.data.policy_changes).toEqual({
      changes: [{ namespace: '', policy, before: changed, after: text }],
      left: [],
      hidden: {},
    });
    const back = await undo(id);
    expect((await policyOf(policy)).policy).toBe(text);
    expect((await service.info(back)).policies).toMatchObject({ mode: 'restore', changed: [{ policy }] });
    await must('GET', `${mounts[0]}/x`);
    await undo(back);
    expect((await policyOf(policy)).policy).toBe(changed);
  });

  it('with "keep" restores none', async () => {
    const { policy, moves } = await mountsWithPolicy();
    const id = await run({ moves, policies: 'add' });
    const before = await policyOf(policy);
    await undo(id, { policies: 'keep' });
    expect(await policyOf(policy)).toEqual(before);
  });

  it('replaces its own rules back in a text that somebody has changed since', async () => {
    const { policy, text, moves, moved } = await mountsWithPolicy();
    const id = await run({ moves, policies: 'follow' });
    await must('POST', `sys/policies/acl/${policy}`, { policy: `${moved}# mine\n` });
    await undo(id);
    expect((await policyOf(policy)).policy).toBe(`${text}# mine\n`);
  });

  it('of "add" leaves a text that somebody has changed since, and says which', async () => {
    const { policy, text, moves } = await mountsWithPolicy();
    const id = await run({ moves, policies: 'add' });
    await must('POST', `sys/policies/acl/${policy}`, { policy: `${text}# mine\n` });
    const back = await undo(id);
    expect((await policyOf(policy)).policy).toBe(`${text}# mine\n`);
    expect((await service.info(back)).policies).toEqual({
      mode: 'restore',
      changed: [],
      left: [{ namespace: '', policy, reason: 'its text has changed since' }],
      hidden: {},
    });
  });

  it('of a run that was made in part restores what that part has changed', async () => {
    const { policy, text, moves, prefix, mounts } = await mountsWithPolicy();
    const id = await service.start({ moves, policies: 'follow' });
    await must('POST', `sys/mounts/${prefix}/${mounts[1]}`, { type: 'kv' });
    await runBulk(deps, id);
    await undo(id);
    expect((await policyOf(policy)).policy).toBe(text);
  });

  it('is refused to a token that may not write the policies', async () => {
    const { policy, moves } = await mountsWithPolicy();
    const id = await run({ moves, policies: 'follow' });
    const token = await tokenOf(MOVES + writes(policy).replace('"update"', '"delete"'));
    expect(await service.call('POST', `sys/remount/bulk/undo/${id}`, { body: {}, token })).toMatchObject({
      status: 403,
    });
  });

  it('of one of its moves lets the rules of that mount follow it back, once the run has ended', async () => {
    const { policy, moves, moved, mounts, text } = await mountsWithPolicy();
    const id = await service.start({ moves, policies: 'follow' });
    await addAndMove(id);
    const { keys } = (await must('LIST', `sys/remount/bulk/${id}`)).data;
    const early = await service.call('POST', `sys/remount/undo/${keys[1]}`, { body: {} });
    expect([early.status, early.body.errors?.[0]]).toEqual([
      409,
      `the bulk run ${id} is still in progress; undo the move when it has ended`,
    ]);

    await runBulk(deps, id);
    expect((await policyOf(policy)).policy).toBe(moved);
    const { data } = await must('POST', `sys/remount/undo/${keys[1]}`, {});
    await runMigration(deps, data.migration_id);

    const [first, , last] = moves as [(typeof moves)[0], unknown, (typeof moves)[0]];
    expect((await policyOf(policy)).policy).toBe(textMoved(text, [first, last]));
    await must('GET', `${mounts[1]}/x`);
  });
});
