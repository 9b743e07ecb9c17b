/** A person who lets policies move along with a mount. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

  it('is refused where many moves are planned, and for another word', async () => {
    const many = await world.run('plan', '--rule', `${mount}=x`, '--policies', 'add');
    const other = await world.run('move', mount, 'x', '--policies', 'drop');

    expect(many).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--policies is for the plan of one move'),
    });
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('policies is one of "keep", "add", "follow"'),
    });
  });
});
