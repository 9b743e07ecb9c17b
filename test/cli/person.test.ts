import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ID } from './command.ts';
import { newWorld, ROOT_TOKEN, type World } from './world.ts';

describe('a person who moves a mount', () => {
  let world: World;
  const printed: string[] = [];
  beforeAll(async () => {
    world = await newWorld();
    await world.root.write('sys/namespaces/team-a');
    await world.issue('ssh', 3);
    const policy = 'path "ssh/creds/*" { capabilities = ["update"] }';
    await world.root.write('sys/policies/acl/ops', { policy });
  });
  afterAll(() => world?.stop());

  async function remount(...words: string[]) {
    const ended = await world.run(...words);
    printed.push(ended.stdout, ended.stderr);
    return ended;
  }

  async function mounts(): Promise<string[]> {
    return Object.keys((await world.root.read('sys/mounts')).data);
  }

  let moved = '';

  it('sees first what is revoked, and which rules would no longer match the mount', async () => {
    const { code, stdout, stderr } = await remount('plan', 'ssh', 'team-a/ssh');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^ssh\/ → team-a\/ssh\/, ssh, accessor ssh_/);
    expect(stdout).toMatch(/Namespace +from \(root\) into team-a\//);
    expect(stdout).toMatch(/Revokes +3 leases, by role:\n +3 {2}creds\/web\n/);
    expect(stdout).toMatch(/\(root\) +ops +ssh\/creds\/\* +update +team-a\/ssh\/creds\/\*/);
    expect(stderr).toContain('Nothing has been changed. To do it: remount move ssh team-a/ssh');
    expect(await mounts()).toContain('ssh/');
  });

  it('sees why a move is refused', async () => {
    const { code, stdout, stderr } = await remount('move', 'ssh', 'secret');

    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'Error moving ssh to secret: path already in use at "secret/"\n',
    });
  });

  it('moves it to a free path, and sees how to undo that', async () => {
    const { code, stdout, stderr } = await remount('move', 'ssh', 'team-a/ssh', '--reason', 'asked for');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Moved ssh\/ to team-a\/ssh\/ in [\d.]+ s, 3 leases revoked\.\n$/);
    [moved = ''] = ID.exec(stderr) ?? [];
    expect(stderr).toContain(`Moving ssh to team-a/ssh, migration ${moved}\n`);
    expect(stderr).toContain(`To undo it: remount undo ${moved}\n`);
    expect(await mounts()).not.toContain('ssh/');
  });

  it('finds it in the list, and all of it in its status', async () => {
    const list = await remount('list', '--source', 'SS', '--target', 'team-a', '--since', '1h');
    const status = await remount('status', moved);

    expect(list.code).toBe(0);
    expect(list.stdout.split('\n')).toHaveLength(3);
    expect(list.stdout).toMatch(
      new RegExp(`\n${moved} +ssh/ +team-a/ssh/ +success +\\S+Z +root +asked for\n`),
    );
    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(/Status +success\nLeases +3 of 3 revoked\n/);
    expect(status.stdout).toMatch(/Reason +asked for\n/);
  });

  it('sees that it is too late to cancel, and what to do instead', async () => {
    const { code, stderr } = await remount('cancel', moved);

    expect(code).toBe(2);
    expect(stderr).toContain(`the mount has been switched already; remount undo ${moved} takes it back`);
  });

  it('undoes the move', async () => {
    const { code, stdout } = await remount('undo', moved);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Moved team-a\/ssh\/ to ssh\/ in [\d.]+ s, no lease to revoke\.\n$/);
    expect(await mounts()).toContain('ssh/');
  });

  it('sees that there is nothing to undo once the mount has moved again', async () => {
    await remount('move', 'ssh', 'elsewhere');

    const { code, stderr } = await remount('undo', moved);

    expect(code).toBe(2);
    expect(stderr).toContain('the mount is no longer at "team-a/ssh/" as the migration has left it');
  });

  it('looks for leases that could not be revoked, and finds none', async () => {
    expect(await remount('irrevocable', moved)).toMatchObject({
      code: 0,
      stdout: 'No lease is irrevocable.\n',
    });
    expect(await remount('irrevocable', moved, '--retry')).toMatchObject({
      code: 0,
      stdout: '0 leases revoked, 0 left.\n',
    });
  });

  it('never sees a token in the output', () => {
    expect(printed.join('')).not.toContain(ROOT_TOKEN);
    expect(printed.length).toBeGreaterThan(10);
  });
});
