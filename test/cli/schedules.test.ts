import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../local/support.ts';
import { ID } from './command.ts';
import { newWorld, type World } from './world.ts';

describe('a person who keeps a schedule', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
    await world.root.write('sys/mounts/inbox/a', { type: 'kv' });
  });
  afterAll(() => world?.stop());

  async function said(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await world.run('schedule', ...words);
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    return stdout;
  }

  it('makes one from a rule, and sees when it runs next', async () => {
    const times = ['--schedule', 'cron(0 3 ? * MON *)', '--timezone', 'UTC', '--reason', 'nightly archive'];

    const made = await said('put', 'weekly', '--rule', 'inbox/*=archive/*', ...times);

    expect(made).toMatch(/^Schedule weekly is set: next run at \S+T03:00:00.000Z\.\n$/);
    expect(await said('next', 'weekly')).toMatch(/^next run at \S+T03:00:00.000Z\n$/);
    const shown = await said('show', 'weekly');
    expect(shown).toMatch(/^Times +cron\(0 3 \? \* MON \*\), UTC$/m);
    expect(shown).toMatch(/^Rule +inbox\/\* → archive\/\*$/m);
    expect(shown).toMatch(/^Reason +nightly archive$/m);
    expect(await said('list')).toMatch(/^weekly +cron\(0 3 \? \* MON \*\) +UTC +\S+T03:00:00.000Z +none$/m);
  });

  it('makes one from a file with all its fields, which options replace', async () => {
    const file = join(await temporaryFolder(), 'weekly.json');
    await writeFile(file, JSON.stringify({ schedule: 'rate(1 day)', moves: [{ from: 'a', to: 'b' }] }));

    await said('put', 'daily', file, '--schedule', 'rate(2 days)');

    expect(await said('show', 'daily')).toMatch(/^Times +rate\(2 days\), UTC$/m);
  });

  it('makes one from a plan that was approved', async () => {
    const file = join(await temporaryFolder(), 'approved.json');
    const plan = await world.run('plan', '--rule', 'inbox/*=archive/*', '--atomic', '--out', file);

    await said('put', 'approved', file, '--schedule', 'cron(0 3 ? * MON *)');

    expect(plan.code, plan.stderr).toBe(0);
    const shown = await said('show', 'approved');
    expect(shown).toMatch(/^Moves +1 mount$/m);
    expect(shown).toMatch(/^Atomic +yes$/m);
  });

  it('pauses it and resumes it', async () => {
    expect(await said('pause', 'weekly')).toMatch(/^Schedule weekly: paused since \S+Z\.\n$/);
    expect(await said('list')).toMatch(/^weekly .* paused +none$/m);
    expect(await said('resume', 'weekly')).toMatch(/^Schedule weekly: next run at \S+Z\.\n$/);
  });

  it('sees what it has started, and nothing that people have', async () => {
    await world.root.write('sys/mounts/by-hand', { type: 'kv' });
    await world.run('bulk', '--rule', 'by-hand=done-by-hand');
    const at = new Date(Date.now() + 2_500).toISOString().slice(0, 19);

    await said('put', 'soon', '--rule', 'inbox/+=archive/+', '--schedule', `at(${at})`);
    const none = await world.run('schedule', 'history', 'weekly');

    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'None found.\n' });
    await expect
      .poll(() => world.run('schedule', 'history', 'soon'), { timeout: 15_000 })
      .toMatchObject({
        code: 0,
        stdout: expect.stringMatching(new RegExp(`^BULK RUN .*\n${ID.source} .* schedule-soon *\n$`)),
      });
    expect(await said('show', 'soon')).toMatch(new RegExp(`^Last run +\\S+Z, run ${ID.source}$`, 'm'));
  });

  it('removes it, and is told that there is none', async () => {
    expect(await said('delete', 'weekly')).toBe('Removed schedule weekly.\n');

    for (const verb of ['show', 'next', 'pause', 'resume', 'delete', 'history'])
      expect(await world.run('schedule', verb, 'weekly')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('the root namespace has no schedule weekly; check the name'),
      });
  });

  it('is told which commands there are, and what one needs', async () => {
    const bare = await world.run('schedule');
    const unknown = await world.run('schedule', 'frob');
    const help = await world.run('help', 'schedule', 'put');

    expect(bare).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^Usage: remount schedule COMMAND/),
    });
    expect(await world.run('schedule', '--help')).toMatchObject({ code: 0, stdout: bare.stdout });
    expect(unknown.stderr).toBe('Error: there is no command schedule frob; see remount --help\n');
    expect(help.stdout).toMatch(/^Usage: remount schedule put NAME \[FILE\] \[OPTIONS\]/);
  });
});
