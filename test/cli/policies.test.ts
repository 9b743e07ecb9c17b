/** A person who lets policies move along with a mount. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../local/support.ts';
import { newWorld, type World } from './world.ts';

describe('a move with --policies', () => {
  let world: World;
  let n = 0;
  let mount: string;
  beforeAll(async () => {
    world = await newWorld();
  });
  afterAll(() => world?.stop());
  beforeEach(async () => {
    mount = `kv${++n}`;
    await world.root.write(`sys/mounts/${mount}`, { type: 'kv' });
    await world.root.write(`sys/policies/acl/people${n}`, {
      policy: `# who may read\npath "${mount}/*" {\n  capabilities = ["read"]\n}\npath "k*" { capabilities = ["list"] }\n`,
    });
  });

  it('shows before what it would change, as a diff, and what it leaves and why', async () => {
    const { code, stdout, stderr } = await world.run('plan', mount, `new/${mount}`, '--policies', 'follow');

    expect(code).toBe(0);
    expect(stdout).toContain(
      [
        `--- sys/policies/acl/people${n} (now)`,
        `+++ sys/policies/acl/people${n} (after the move)`,
        '@@ -1,5 +1,5 @@',
        ' # who may read',
        `-path "${mount}/*" {`,
        `+path "new/${mount}/*" {`,
        '   capabilities = ["read"]',
      ].join('\n'),
    );
    expect(stdout).toMatch(new RegExp(`^Left as it is, people${n}: k\\*: it has a wildcard`, 'm'));
    expect(stderr).toContain(`To do it: remount move ${mount} new/${mount} --policies follow`);
  });

  it('changes them, and its status and its undo say which', async () => {
    const moved = await world.run('move', mount, `new/${mount}`, '--policies', 'add');
    const { policy } = (await world.root.read(`sys/policies/acl/people${n}`)).data;
    const id = /migration ([\w-]+)/.exec(moved.stderr)?.[1] ?? '';
    const status = await world.run('status', id);
    const undo = await world.run('undo', id, '--dry-run');

    expect(moved.code, moved.stderr).toBe(0);
    expect(policy).toContain(`path "new/${mount}/*"`);
    expect(status.stdout).toMatch(new RegExp(`^Policies +changed: people${n}$`, 'm'));
    expect(undo.stdout).toContain(`-path "new/${mount}/*" {`);
  });

  it('is undone with the policies as they were, or as they are now', async () => {
    const moved = await world.run('move', mount, `new/${mount}`, '--policies', 'add');
    const id = /migration ([\w-]+)/.exec(moved.stderr)?.[1] ?? '';
    const text = async () => (await world.root.read(`sys/policies/acl/people${n}`)).data.policy;
    const changed = await text();

    const kept = await world.run('undo', id, '--policies', 'keep', '--dry-run');
    const restored = await world.run('undo', id, '--policies', 'restore', '--dry-run');
    const undo = await world.run('undo', id, '--policies', 'keep');

    expect(kept.stdout).not.toContain(`-path "new/${mount}/*"`);
    expect(kept.stderr).toContain(`To do it: remount undo ${id} --policies keep\n`);
    expect(restored.stdout).toContain(`-path "new/${mount}/*" {`);
    expect(undo.code, undo.stderr).toBe(0);
    expect(changed).toContain(`path "new/${mount}/*"`);
    expect(await text()).toBe(changed);
  });

  it('is refused for another word', async () => {
    expect(await world.run('move', mount, 'x', '--policies', 'drop')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('policies is one of "keep", "add", "follow"'),
    });
  });
});

describe('many moves with --policies', () => {
  let world: World;
  let n = 0;
  let mounts: string[];
  let text: string;
  let rows: string;
  beforeAll(async () => {
    world = await newWorld();
  });
  afterAll(() => world?.stop());

  async function fileOf(text: string): Promise<string> {
    const file = join(await temporaryFolder(), 'moves.csv');
    await writeFile(file, text);
    return file;
  }
  beforeEach(async () => {
    n++;
    mounts = [`a${n}`, `b${n}`];
    for (const mount of mounts) await world.root.write(`sys/mounts/${mount}`, { type: 'kv' });
    const rules = mounts.map((mount) => `path "${mount}/*" { capabilities = ["read"] }\n`);
    text = `${rules.join('')}path "a*" { capabilities = ["list"] }\n`;
    await world.root.write(`sys/policies/acl/many${n}`, { policy: text });
    rows = `from,to\n${mounts.map((mount) => `${mount},new/${mount}\n`).join('')}`;
  });

  const textNow = async () => (await world.root.read(`sys/policies/acl/many${n}`)).data.policy;
  const moved = () => mounts.reduce((left, mount) => left.replace(`"${mount}/`, `"new/${mount}/`), text);

  it('show one diff for each policy, and what they leave and why', async () => {
    const file = await fileOf(rows);
    const { code, stdout, stderr } = await world.run('plan', file, '--policies', 'follow');

    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      [
        `--- sys/policies/acl/many${n} (now)`,
        `+++ sys/policies/acl/many${n} (after the moves)`,
        '@@ -1,3 +1,3 @@',
        ...mounts.map((mount) => `-path "${mount}/*" { capabilities = ["read"] }`),
        ...mounts.map((mount) => `+path "new/${mount}/*" { capabilities = ["read"] }`),
      ].join('\n'),
    );
    expect(stdout).toMatch(new RegExp(`^Left as it is, many${n}: a\\*: it has a wildcard`, 'm'));
    expect(stderr).toContain(`To do it: remount bulk ${file} --policies follow`);
    expect(await textNow()).toBe(text);
  });

  it('change them once, and the status and the undo of the run say which', async () => {
    const file = await fileOf(rows);
    const run = await world.run('bulk', file, '--policies', 'follow', '--no-wait');
    const id = run.stdout.trim();
    await world.run('status', id, '--watch');

    expect(await textNow()).toBe(moved());
    expect((await world.run('status', id)).stdout).toMatch(new RegExp(`^Policies +changed: many${n}$`, 'm'));
    const plan = await world.run('undo', id, '--dry-run');
    expect(plan.stdout).toContain(`-path "new/${mounts[0]}/*"`);
    const undo = await world.run('undo', id);
    expect(undo.code, undo.stderr).toBe(0);
    expect(await textNow()).toBe(text);
  });

  it('are carried out as an approved plan says', async () => {
    const file = await fileOf(rows);
    const plan = `${file}.plan`;
    await world.run('plan', file, '--policies', 'follow', '--out', plan);
    const other = await world.run('bulk', plan, '--policies', 'keep');
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining('the plan was approved with --policies follow; plan it again'),
    ]);
    const run = await world.run('bulk', plan);

    expect(run.code, run.stderr).toBe(0);
    expect(await textNow()).toBe(moved());
  });

  it('are scheduled with what the plan says of policies', async () => {
    const file = await fileOf(rows);
    const plan = `${file}.plan`;
    await world.run('plan', file, '--policies', 'follow', '--out', plan);
    const at = ['--schedule', 'cron(0 3 * * ? *)'];
    const fromPlan = await world.run('schedule', 'put', `s${n}`, plan, ...at);
    const typed = await world.run(
      'schedule',
      'put',
      `t${n}`,
      '--rule',
      'a*=b*',
      '--move-policies',
      'add',
      ...at,
    );

    expect([fromPlan.code, typed.code], fromPlan.stderr + typed.stderr).toEqual([0, 0]);
    expect((await world.root.read(`sys/remount/schedules/s${n}`)).data.move_policies).toBe('follow');
    expect((await world.root.read(`sys/remount/schedules/t${n}`)).data.move_policies).toBe('add');
    const shown = await world.run('schedule', 'show', `t${n}`);
    expect(shown.stdout).toMatch(/^Rules of policies +add$/m);
  });
});
