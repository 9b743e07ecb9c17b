import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND } from '../../infra/buildCommand.ts';
import { temporaryFolder } from '../local/support.ts';
import { ID, run, said, start } from './command.ts';
import { newWorld, ROOT_TOKEN, type World } from './world.ts';

describe('a program that calls the command', () => {
  let world: World;
  let paths = 0;
  beforeAll(async () => {
    world = await newWorld();
  });
  afterAll(() => world?.stop());

  async function kv(): Promise<string> {
    const path = `kv${++paths}`;
    await world.root.write(`sys/mounts/${path}`, { type: 'kv' });
    return path;
  }

  async function json(...words: string[]) {
    const { code, stdout } = await world.run(...words, '--format', 'json');
    return { code, data: JSON.parse(stdout) };
  }

  it('learns that the results cannot be written', async () => {
    await using full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [COMMAND, 'help', '--man'], { stdio: ['ignore', full.fd, 'pipe'] });
    const ended = once(child, 'close');
    expect(await text(child.stderr as Readable)).toBe('Error: the results cannot be written (ENOSPC)\n');
    expect(await ended).toEqual([74, null]);
  });

  it('is told that nobody reads the results any more', async () => {
    const { child, ended } = start(['help', '--man']);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 141, stderr: '' });
  });

  it('reads the plan, the end of the move, the list and the status as JSON', async () => {
    const from = await kv();

    const plan = await json('plan', from, `${from}-to`);
    const move = await json('move', from, `${from}-to`);
    const list = await json('list', '-limit=1');
    const status = await json('status', move.data.migration_id);

    expect(plan).toMatchObject({ code: 0, data: { dry_run: true, source_mount: `${from}/` } });
    expect(move).toMatchObject({ code: 0, data: { migration_info: { status: 'success' } } });
    expect(list.data.keys).toEqual([move.data.migration_id]);
    expect(status).toEqual(move);
  });

  it('gets only an id if it does not wait, and repeats a request with its key', async () => {
    const from = await kv();
    const words = ['move', from, `${from}-to`, '--no-wait', '--idempotency-key', `key of ${from}`];

    const first = await world.run(...words);
    const second = await world.run(...words);

    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^[0-9a-f-]{36}\n$/);
    expect(first.stderr).toBe('');
    expect(second).toEqual(first);
    expect((await json('status', first.stdout.trim(), '--watch')).code).toBe(0);
  });

  it('is told that a repeated move or undo was done before', async () => {
    const from = await kv();
    const words = ['move', from, `${from}-to`, '--idempotency-key', `twice ${from}`];

    const first = await world.run(...words);
    const again = await world.run(...words);
    const [id = ''] = ID.exec(first.stderr) ?? [];
    const undo = ['undo', id, '--idempotency-key', `back ${from}`];
    await world.run(...undo);
    const undone = await world.run(...undo);

    expect(first.stdout).toMatch(/^Moved /);
    expect(again.stdout).toMatch(
      new RegExp(`^Already done: moved ${from}/ to ${from}-to/ in .+, migration ${id}\\.\n$`),
    );
    expect(undone.stdout).toMatch(new RegExp(`^Already done: moved ${from}-to/ to ${from}/ in `));
    expect(undone.stderr).toContain(`Already started with this idempotency key: undoing ${id}, migration `);
  });

  it('is told on stderr what an answer warns of, and nothing of what every move warns of', async () => {
    const from = await kv();
    const file = join(await temporaryFolder(), 'moves.csv');
    await writeFile(file, `To;Owner;From\n${from}-to;me;${from}\n`);

    const plan = await world.run('bulk', file, '--dry-run', '--format', 'json');
    const move = await world.run('move', from, `${from}-to`, '--no-wait');

    expect(JSON.parse(plan.stdout)).toMatchObject({ total: 1 });
    expect(plan.stderr).toContain('Warning: the columns of the CSV that are not read: "Owner"');
    expect(move.stderr).toBe('');
  });

  it('gets an empty list if there are no migrations', async () => {
    expect(await json('list', '--target', 'nowhere')).toEqual({
      code: 0,
      data: { keys: [], key_info: {} },
    });
  });

  it('takes the format from VAULT_FORMAT, and the token from the file that vault login writes', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, '.vault-token'), `${ROOT_TOKEN}\n`);
    const { VAULT_ADDR } = world.environment;

    const { code, stdout } = await run(['list'], { VAULT_ADDR, VAULT_FORMAT: 'json', HOME: home });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('keys');
  });

  it('asks in the namespace of VAULT_NAMESPACE, or of the option', async () => {
    await world.root.write('sys/namespaces/inner');
    const { data } = await json('move', await kv(), 'inner/kv');
    const { migration_id: id } = data;

    const chosen = await json('list', '--namespace', 'inner');
    const inherited = await run(['status', id], { ...world.environment, VAULT_NAMESPACE: 'inner' });
    const elsewhere = await world.run('status', id, '--namespace', 'nowhere');

    expect(chosen.data.keys).toEqual([id]);
    expect(inherited.code).toBe(0);
    expect(elsewhere).toMatchObject({
      code: 2,
      stderr: `Error reading the status of ${id}: namespace not found\n`,
    });
  });

  it('distinguishes a failed move from a successful one by the exit code', async () => {
    const { from, code, stdout, stderr } = await cancelledMove();
    const { migration_id, migration_info } = JSON.parse(stdout);

    expect(code).toBe(3);
    expect(stderr).toContain(
      `Error moving ${from} to ${from}-to: the migration was cancelled and changed nothing: too early\n`,
    );
    expect(migration_info).toMatchObject({
      status: 'failure',
      error: { code: 'cancelled', message: 'too early' },
    });
    expect((await json('list', '--status', 'failure')).data.keys).toContain(migration_id);
    expect((await world.run('status', migration_id)).code).toBe(3);
  });

  /** Somebody cancels between acceptance and switch. */
  async function cancelledMove() {
    const from = await kv();
    const running = await world.withSwitchesHeld(async () => {
      const begun = world.start('move', from, `${from}-to`, '--format', 'json');
      await said(begun, ID);
      const [id] = ID.exec(begun.stderr()) ?? [];
      await world.root.write(`sys/remount/cancel/${id}`, { reason: 'too early' });
      return begun;
    });
    return { from, ...(await running.ended) };
  }
});
