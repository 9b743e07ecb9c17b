import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../local/support.ts';
import { ID, said } from './command.ts';
import { newWorld, type World } from './world.ts';

describe('a person who has a plan approved', () => {
  let world: World;
  let folder: string;
  let n = 0;
  let name: string;
  beforeAll(async () => {
    world = await newWorld();
  });
  afterAll(() => world?.stop());
  beforeEach(async () => {
    folder = await temporaryFolder();
    name = `m${++n}`;
    for (const part of ['a', 'b']) await world.root.write(`sys/mounts/${name}/${part}`, { type: 'kv' });
  });

  const file = (what: string) => join(folder, `${name}-${what}`);

  async function mounts(): Promise<string[]> {
    const all = Object.keys((await world.root.read('sys/mounts')).data);
    return all.filter((path) => path.startsWith(name)).sort();
  }

  it('stores it, and runs exactly that, once', async () => {
    const out = file('approved.json');
    const planned = await world.run('plan', '--rule', `${name}/*=${name}-new/*`, '--out', out);
    await world.root.write(`sys/mounts/${name}/later`, { type: 'kv' });

    const run = await world.run('bulk', out);
    const again = await world.run('bulk', out);

    expect(planned).toMatchObject({ code: 0, stdout: expect.stringMatching(/\n2 moves in 1 transaction/) });
    expect(planned.stderr).toBe(`Nothing has been changed. To do it: remount bulk ${out}\n`);
    expect(JSON.parse(await readFile(out, 'utf8')).moves).toEqual(
      ['a', 'b'].map((part) => ({
        from: `${name}/${part}/`,
        to: `${name}-new/${part}/`,
        unless_changed: expect.any(String),
      })),
    );
    expect(run.code, run.stderr).toBe(0);
    expect(await mounts()).toEqual([`${name}-new/a/`, `${name}-new/b/`, `${name}/later/`]);
    expect(again.code).toBe(0);
    const [id] = ID.exec(run.stderr) ?? [];
    expect(again.stdout).toMatch(new RegExp(`^Already done: moved 2 mounts in .+, bulk run ${id}\\.\n$`));
    expect(again.stderr).toContain('Already started with this idempotency key: moving 2 mounts');
  });

  it('is refused when a mount has changed since, and nothing is moved', async () => {
    const out = file('approved.json');
    const csv = file('moves.csv');
    await writeFile(csv, `from,to\n${name}/a,${name}-x\n${name}/b,${name}-y\n`);
    await world.run('plan', csv, '--out', out);
    await world.root.call('DELETE', `sys/mounts/${name}/b`);
    await world.root.write(`sys/mounts/${name}/b`, { type: 'kv' });

    const { code, stderr } = await world.run('bulk', out);

    expect(code).toBe(2);
    expect(stderr).toContain(
      `row 2: the mount at "${name}/b/", or the namespace of its target, is another one`,
    );
    expect(await mounts()).toEqual([`${name}/a/`, `${name}/b/`]);
  });

  it('stores the plan of one move in a namespace, with paths relative to it', async () => {
    await world.root.write(`sys/namespaces/${name}ns`);
    const move = await world.run('move', `${name}/a`, `${name}ns/a`);
    const out = file('approved.json');

    await world.run('plan', 'a', 'b', '--out', out, '--namespace', `${name}ns`);
    const run = await world.run('bulk', out, '--namespace', `${name}ns`);

    expect(move.code).toBe(0);
    expect(run.stdout).toMatch(/^Moved 1 mount in/);
  });

  it('stores nothing if the plan has problems, and says what it cannot write', async () => {
    const out = file('approved.json');

    const bad = await world.run('plan', 'nowhere', 'x', '--out', out);
    const unwritable = await world.run('plan', `${name}/a`, 'x', '--out', '/nowhere/x.json');

    expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining('no matching mount') });
    await expect(readFile(out)).rejects.toThrow('ENOENT');
    expect(unwritable).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot write /nowhere/x.json: ENOENT'),
    });
  });

  it('moves by rules on the command line, after their plan', async () => {
    const rules = ['--rule', `${name}/a=${name}-1`, '--rule', `${name}/b=${name}-2`];

    const plan = await world.run('plan', ...rules, '--atomic');
    const dry = await world.run('bulk', ...rules, '--atomic', '--dry-run');
    const one = await world.run('plan', `${name}/a`, `${name}-1`, '--reason', 'new');
    const run = await world.run('bulk', ...rules, '--atomic');

    const hint = 'Nothing has been changed. To do it: remount';
    expect(plan.stderr).toBe(`${hint} bulk ${rules.join(' ')} --atomic\n`);
    expect(dry.stderr).toBe(plan.stderr);
    expect(one.stderr).toBe(`${hint} move ${name}/a ${name}-1 --reason new\n`);
    expect(run.code, run.stderr).toBe(0);
    expect(await mounts()).toEqual([`${name}-1/`, `${name}-2/`]);
  });

  it('plans again what has failed in a run, and moves it then', async () => {
    const running = await world.withSwitchesHeld(async () => {
      const begun = world.start('bulk', '--rule', `${name}/*=${name}-new/*`);
      await said(begun, ID);
      await world.root.write(`sys/mounts/${name}-new/b`, { type: 'kv' });
      return begun;
    });
    const { code, stderr } = await running.ended;
    const [run = ''] = ID.exec(stderr) ?? [];
    const blocked = await world.run('plan', '--failed-of', run);
    await world.root.call('DELETE', `sys/mounts/${name}-new/b`);

    const plan = await world.run('plan', '--failed-of', run);
    const again = await world.run('bulk', '--failed-of', run);

    expect(code).toBe(3);
    expect(stderr).toContain(`To plan them again: remount plan --failed-of ${run}\n`);
    expect(blocked).toMatchObject({ code: 2, stderr: expect.stringContaining('path already in use') });
    expect(plan.stdout).toMatch(new RegExp(`\n1 +${name}/b/ +${name}-new/b/ `));
    expect(again.stdout).toMatch(/^Moved 1 mount in/);
    const second = ID.exec(again.stderr)?.[0] ?? '';
    expect(await world.run('bulk', '--failed-of', second)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`no move of the bulk run ${second} has failed`),
    });
  });

  it('is told that there is nothing to verify in a run that has moved nothing', async () => {
    const running = await world.withSwitchesHeld(async () => {
      const begun = world.start('bulk', '--rule', `${name}/a=${name}-new`);
      await said(begun, ID);
      await world.root.write(`sys/mounts/${name}-new`, { type: 'kv' });
      return begun;
    });
    const [run = ''] = ID.exec((await running.ended).stderr) ?? [];

    const { code, stdout, stderr } = await world.run('verify', run);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`Error verifying ${run}: no move of the bulk run ${run} has succeeded\n`);
  });

  it('sees the plan of an undo, of one move and of a run, before it is made', async () => {
    const one = await world.run('move', `${name}/a`, `${name}/c`);
    const many = await world.run('bulk', '--rule', `${name}/*=${name}-new/*`);
    const [move = '', run = ''] = [one, many].map(({ stderr }) => ID.exec(stderr)?.[0]);

    const gone = await world.run('undo', move, '--dry-run');
    const runPlan = await world.run('undo', run, '--dry-run');
    const undone = await world.run('undo', run);
    const movePlan = await world.run('undo', '--dry-run', move);

    expect(gone).toMatchObject({ code: 2, stderr: expect.stringContaining('the mount is no longer at') });
    expect(runPlan.stdout).toMatch(/\n2 moves in 1 transaction/);
    expect(runPlan.stderr).toContain(`To do it: remount undo ${run}\n`);
    expect(undone.code).toBe(0);
    expect(movePlan).toMatchObject({ code: 2 });
    expect(await mounts()).toEqual([`${name}/b/`, `${name}/c/`]);
  });

  it('verifies a move and a run, and sees which rules still name the old path', async () => {
    const policy = `path "${name}/a/*" { capabilities = ["read"] }`;
    const { stderr } = await world.run('bulk', '--rule', `${name}/*=${name}-new/*`);
    const [run = ''] = ID.exec(stderr) ?? [];

    const held = await world.run('verify', run);
    await world.root.write(`sys/policies/acl/${name}`, { policy });
    await world.root.write(`sys/mounts/${name}/b`, { type: 'kv' });
    const left = await world.run('verify', run);

    expect(held).toEqual({
      code: 0,
      stdout:
        'Reachable at the target: 2 of 2 mounts.\nNothing is at the source.\nNo policy rule names the source.\n',
      stderr: '',
    });
    expect(left.code).toBe(3);
    expect(left.stdout).toMatch(new RegExp(`${name}/b/: ${name}/b/ \\(kv_\\w+\\), not moved there\n`));
    expect(left.stdout).toMatch(new RegExp(`\\(root\\) +${name} +${name}/a/\\* +read +${name}-new/a/\\*\n`));
    expect(left.stderr).toBe(
      `Error verifying ${run}: 1 source is in use by another mount, policies still name the source of 1 move\n`,
    );
    const unknown = '11111111-1111-4111-8111-111111111111';
    expect((await world.run('verify', unknown)).stderr).toContain(`has no bulk run with the id ${unknown}`);
  });
});
