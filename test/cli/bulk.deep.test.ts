import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel } from '../../infra/demo/inParallel.ts';
import { temporaryFolder } from '../local/support.ts';
import { ID, said } from './command.ts';
import { newWorld, type World } from './world.ts';

const MOVES = 60;

describe('a person who moves many mounts', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
    await world.root.write('sys/namespaces/team-a');
    await inParallel(MOVES, 4, (i) => world.root.write(`sys/mounts/kv-${i + 1}`, { type: 'kv' }));
  });
  afterAll(() => world?.stop());

  async function file(name: string, text: string): Promise<string> {
    const path = join(await temporaryFolder(), name);
    await writeFile(path, text);
    return path;
  }

  function csv(from: (i: number) => string, to: (i: number) => string): Promise<string> {
    const rows = Array.from({ length: MOVES }, (_, i) => `${from(i + 1)},${to(i + 1)}\n`);
    return file('moves.csv', `from,to\n${rows.join('')}`);
  }

  async function mounts(): Promise<string[]> {
    return Object.keys((await world.root.read('sys/mounts')).data).filter((path) => path.startsWith('kv-'));
  }

  let run = '';

  it.each(['', '--dry-run'])(
    'sees all rows that cannot be moved, before any is moved: bulk FILE %s',
    async (option) => {
      const bad = await file('bad.csv', 'from,to\nkv-1,kv-2\nkv-3,kept\nnowhere,x\n');

      const { code, stdout, stderr } = await world.run(...['bulk', bad, option].filter(Boolean));

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^Error moving the mounts in .*bad\.csv:/);
      expect(stderr).toMatch(
        /\n {2}row 1.*: path already in use at "kv-2\/"\n {2}row 3.*: no matching mount at "nowhere\/"\n$/,
      );
      expect(await mounts()).toHaveLength(MOVES);
    },
  );

  it('sees that a file is broken, before a request is sent', async () => {
    const broken = await file('broken.json', '{"rules": [');

    const { code, stderr } = await world.run('bulk', broken);

    expect(code).toBe(1);
    expect(stderr).toContain(`${broken} starts like JSON, but is not valid: `);
  });

  it('sees the plan first', async () => {
    const moves = await csv(
      (i) => `kv-${i}`,
      (i) => `team-a/kv-${i}`,
    );

    const { code, stdout, stderr } = await world.run('bulk', moves, '--dry-run');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^ROW +FROM +TO +TRANSACTION +LEASES\n1 +kv-1\/ +team-a\/kv-1\/ +1\.1 +none\n/);
    expect(stdout).toMatch(/\n60 moves in \d+ transactions, about \d+ s\.\n$/);
    expect(stderr).toBe(`Nothing has been changed. To do it: remount bulk ${moves}\n`);
    expect(await mounts()).toHaveLength(MOVES);
  });

  it('moves them all, and sees how to undo that', async () => {
    const moves = await csv(
      (i) => `kv-${i}`,
      (i) => `team-a/kv-${i}`,
    );

    const { code, stdout, stderr } = await world.run('bulk', moves, '--reason', 'tonight');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Moved 60 mounts in [\d.]+ s, no lease to revoke\.\n$/);
    [run = ''] = ID.exec(stderr) ?? [];
    expect(stderr).toContain(`Moving 60 mounts, bulk run ${run}\n`);
    expect(stderr).toContain(`To undo the moves: remount undo ${run}\n`);
    expect(await mounts()).toEqual([]);
  });

  it('finds the run, its result, and its moves', async () => {
    const status = await world.run('status', run);
    const runs = await world.run('list', '--runs');
    const moves = await world.run('list', '--bulk', run, '--limit', '10');

    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(/Moves +60 of 60 mounts moved\nStatus +success\n/);
    expect(runs.stdout).toMatch(new RegExp(`\n${run} +success +60 +60 +0 .*tonight\n`));
    expect(moves.stdout.match(/ success /g)).toHaveLength(10);
    expect(moves.stderr).toMatch(/There may be more: --after \S+\n/);
  });

  it('undoes the whole run', async () => {
    const { code, stdout, stderr } = await world.run('undo', run);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Moved 60 mounts in/);
    expect(stderr).toMatch(new RegExp(`^Undoing ${run}, bulk run ${ID.source}\n`));
    expect(await mounts()).toHaveLength(MOVES);
  });

  it('sees which moves failed, and how to undo the others', async () => {
    const { target, code, stdout, stderr } = await failedRun();

    expect(code).toBe(3);
    expect(JSON.parse(stdout).bulk_info.progress).toMatchObject({
      total: MOVES,
      failed: 1,
      succeeded: MOVES - 1,
    });
    expect(stderr).toContain('59 of 60 mounts moved, 1 failed: ');
    expect(stderr).toContain(
      `\n  row 60, kv-60/ to ${target}: path already in use at "${target}" (target_in_use)\n`,
    );
    const { bulk_id: id } = JSON.parse(stdout);
    expect(stderr).toContain(`All failed moves: remount list --bulk ${id} --status failure\n`);
    expect((await world.run('status', id)).code).toBe(3);
    expect((await world.run('undo', id)).code).toBe(0);
  });

  /** Somebody mounts an engine at the target of the last row after the plan was made. */
  async function failedRun() {
    const moves = await csv(
      (i) => `kv-${i}`,
      (i) => `late-${i}`,
    );
    const running = await world.withSwitchesHeld(async () => {
      const begun = world.start('bulk', moves, '--max-concurrency', '1', '--format', 'json');
      await said(begun, ID);
      await world.root.write(`sys/mounts/late-${MOVES}`, { type: 'kv' });
      return begun;
    });
    return { target: `late-${MOVES}/`, ...(await running.ended) };
  }

  it('cancels a run, and sees what that does', async () => {
    const rules = await rulesTo('gone');

    const { id, stdout } = await world.withSwitchesHeld(async () => {
      const begun = (await world.run('bulk', rules, '--no-wait')).stdout.trim();
      return { id: begun, ...(await world.run('cancel', begun)) };
    });

    expect(stdout).toBe(`Cancelled bulk run ${id}: moves in progress will finish, the rest is skipped.\n`);
    await world.run('status', id, '--watch');
    await world.run('undo', id);
  });

  it('sees what a run moved before somebody cancelled it', async () => {
    const rules = await rulesTo('left');

    const running = await world.withSwitchesHeld(async () => {
      const begun = world.start('bulk', rules);
      await said(begun, ID);
      const [id] = ID.exec(begun.stderr()) ?? [];
      await world.root.write(`sys/remount/bulk/cancel/${id}`, { reason: 'not tonight' });
      return begun;
    });

    const { code, stderr } = await running.ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/rules\.json: \d+ of \d+ mounts moved, \d+ skipped: not tonight \(cancelled\)\n/);
  });

  function rulesTo(target: string): Promise<string> {
    const rules = [{ from: 'kv-*', to: `${target}-*` }];
    return file('rules.json', JSON.stringify({ rules, max_concurrency: 1 }));
  }
});
