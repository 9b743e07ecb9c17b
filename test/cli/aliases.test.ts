/** A person who lets the old path of a mount go on answering, and ends it. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from './command.ts';
import { newWorld, type World } from './world.ts';

const TIME = '20\\d\\d-\\S+Z';

describe('a move with --alias-ttl', () => {
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
    await world.root.write(`${mount}/k`, { color: 'red' });
  });

  /** Moves the mount to `new/…`. @returns the id of the migration */
  async function moved(ttl = '720h'): Promise<string> {
    const { code, stdout, stderr } = await world.run('move', mount, `new/${mount}`, '--alias-ttl', ttl);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${mount}/ goes on answering until ${TIME}\\.$`, 'm'));
    return /migration ([\w-]+)/.exec(stderr)?.[1] ?? '';
  }

  async function said(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await world.run(...words);
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
    return stdout;
  }

  it('is planned before, with the command that does it', async () => {
    const plan = await world.run('plan', mount, `new/${mount}`, '--alias-ttl', '720h');

    expect(plan).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        new RegExp(`^${mount}/ goes on answering for 30 days after the move\\.$`, 'm'),
      ),
      stderr: expect.stringContaining(`To do it: remount move ${mount} new/${mount} --alias-ttl 720h\n`),
    });
    expect((await world.run('aliases')).stderr).toBe('None found.\n');
  });

  it('leaves an alias, which the list and the status of the migration show', async () => {
    expect(await world.run('aliases')).toMatchObject({ code: 0, stdout: '', stderr: 'None found.\n' });
    expect(JSON.parse(await said('aliases', '--format', 'json'))).toEqual({ keys: [], key_info: {} });
    const id = await moved();

    const list = await said('aliases');

    expect(list).toMatch(/^ALIAS +MOUNT +ENDS +CALLERS +LAST USED\n/);
    expect(list).toMatch(new RegExp(`^${mount}/ +new/${mount}/ +${TIME} +0 +never$`, 'm'));
    expect(await said('status', id)).toMatch(new RegExp(`^Old path +answers until ${TIME}$`, 'm'));
    expect(JSON.parse(await said('aliases', '--format', 'json')).keys).toEqual([`${mount}/`]);
  });

  it('shows who uses it, renews it, and ends it', async () => {
    const id = await moved();
    await world.root.read(`${mount}/k`);

    const shown = await said('aliases', mount);

    expect(shown).toMatch(new RegExp(`^Mount +new/${mount}/$`, 'm'));
    expect(shown).toMatch(new RegExp(`^Migration +${id}$`, 'm'));
    expect(shown).toMatch(new RegExp(`\nroot +\\(root\\) +\\S+ +${TIME} +1\\b`));
    expect(await said('aliases', 'renew', mount, '--ttl', '240h')).toMatch(
      new RegExp(`^Alias ${mount}/ answers until ${TIME}\\.\n$`),
    );
    const { ttl } = JSON.parse(await said('aliases', `/${mount}/`, '--format=json'));
    expect(ttl).toBeGreaterThan(863_900);
    expect(ttl).toBeLessThanOrEqual(864_000);
    expect(await said('aliases', 'end', mount)).toBe(`Ended alias ${mount}.\n`);
    expect((await world.root.call('GET', `${mount}/k`)).status).toBe(404);
    expect(await said('status', id)).toMatch(new RegExp(`^Old path +ended ${TIME}$`, 'm'));
  });

  it('says that an alias had ended already, if the token may know', async () => {
    const id = await moved();
    expect((await world.run('undo', id)).code).toBe(0);
    for (const name of [`/${mount}/`, id])
      expect(await said('aliases', 'end', name)).toBe(`Alias ${name} had ended already.\n`);

    const policy = 'path "sys/remount/aliases/*" { capabilities = ["delete", "sudo"] }';
    await world.root.write(`sys/policies/acl/ender${n}`, { policy });
    const { auth } = await world.root.write('auth/token/create', { policies: [`ender${n}`] });
    const environment = { ...world.environment, VAULT_TOKEN: auth.client_token };
    expect(await run(['aliases', 'end', mount], environment)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`the root namespace has no alias ${mount}`),
    });
  });

  it('is told of what is no alias, and of a renewal without its time', async () => {
    for (const words of [[mount], ['renew', mount, '--ttl', '1h'], ['end', mount]])
      expect(await world.run('aliases', ...words)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining(`the root namespace has no alias ${mount}; check the path`),
      });
    await moved();
    const without = await world.run('aliases', 'renew', mount);
    expect(without).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(': --ttl must say for how long'),
    });
    for (const [ttl, text] of [
      ['0', '--ttl is for how long the old path goes on answering'],
      ['soon', '--ttl'],
    ] as const)
      expect((await world.run('aliases', 'renew', mount, '--ttl', ttl)).stderr).toContain(text);
  });

  it('shows an alias that is called as a command is, and one in a namespace', async () => {
    await world.root.write('sys/mounts/end', { type: 'kv' });
    await world.root.write(`sys/namespaces/ns${n}`);
    await world.run('move', 'end', `new/end${n}`, '--alias-ttl', '1h');
    await world.root.write(`ns${n}/sys/mounts/a b/c`, { type: 'kv' });
    await world.run('move', 'a b/c', 'd', '--alias-ttl', '1h', '--namespace', `ns${n}`);

    expect(await said('aliases', 'end/')).toMatch(new RegExp(`^Alias +end/\nMount +new/end${n}/$`, 'm'));
    expect(await said('aliases', 'a b/c', '--namespace', `ns${n}`)).toMatch(
      new RegExp(`^Alias +ns${n}/a b/c/\nMount +ns${n}/d/$`, 'm'),
    );
  });

  it('is in the plans of further moves, with what becomes of it', async () => {
    await moved();
    const follows = new RegExp(`^The alias ${mount}/ follows the mount, and answers until ${TIME}\\.$`, 'm');
    const ends = `The alias ${mount}/ ends with the move: the mount comes back to it.\n`;

    expect((await world.run('plan', `new/${mount}`, `x${n}`)).stdout).toMatch(follows);
    expect((await world.run('plan', '--rule', `new/${mount}=x${n}`)).stdout).toMatch(follows);
    expect((await world.run('plan', `new/${mount}`, mount)).stdout).toContain(ends);
  });

  it('is listed, shown and ended by its id where the mount is in another namespace', async () => {
    const [old, now] = [`old${n}`, `now${n}`];
    for (const name of [old, now]) await world.root.write(`sys/namespaces/${name}`);
    await world.root.write(`${old}/sys/mounts/kv`, { type: 'kv' });
    const { stderr } = await world.run('move', `${old}/kv`, `${now}/kv`, '--alias-ttl', '1h');
    const id = /migration ([\w-]+)/.exec(stderr)?.[1] ?? '';

    const list = await said('aliases', '--namespace', now);

    expect(list).toMatch(/^OUTSIDE +MOUNT +ENDS +CALLERS +LAST USED\n/);
    expect(list).toMatch(new RegExp(`^${id} +${now}/kv/ +${TIME} +0 +never$`, 'm'));
    expect(await said('aliases', id, '--namespace', now)).toMatch(/^Alias +outside the namespace$/m);
    expect(await said('aliases', 'end', id, '--namespace', now)).toBe(`Ended alias ${id}.\n`);
    expect((await world.root.call('GET', `${old}/kv/k`)).status).toBe(404);
  });

  it('is refused where many moves are planned, and for a mount that has as many as it can', async () => {
    const many = await world.run('plan', '--rule', `${mount}=x`, '--alias-ttl', '1h');
    let from = mount;
    for (const to of ['a', 'b', 'c', 'd'].map((word) => `${mount}-${word}`)) {
      await world.run('move', from, to, '--alias-ttl', '1h');
      from = to;
    }
    const fifth = await world.run('move', from, 'x', '--alias-ttl', '1h');

    expect(many).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--alias-ttl is for the plan of one move'),
    });
    expect(fifth).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'has 4 aliases already, and cannot have more; remount aliases end PATH',
      ),
    });
  });

  it('has the help of all commands about aliases', async () => {
    const { stdout } = await world.run('aliases', '--help');

    expect(stdout).toMatch(/^Usage: remount aliases \[PATH\|ID\] \[OPTIONS\]/);
    expect(stdout).toMatch(/^ {2}aliases end PATH\|ID /m);
    expect((await world.run('help', 'aliases')).stdout).toBe(stdout);
  });
});
