import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND } from '../../infra/buildCommand.ts';
import { ID } from './command.ts';
import { hasTmux, openTerminal, type Terminal } from './tmux.ts';
import { newWorld, ROOT_TOKEN, type World } from './world.ts';

const [WIDTH, HEIGHT] = [100, 40] as const;

describe.skipIf(!hasTmux())('a person at a terminal', () => {
  let world: World;
  let terminal: Terminal;
  /** Everything that was on the screen. */
  const seen: string[] = [];
  beforeAll(async () => {
    world = await newWorld();
    await world.root.write('sys/namespaces/team-a');
    await world.issue('applications/production/ssh', 40);
    const policy = 'path "applications/production/ssh/creds/*" { capabilities = ["update"] }';
    await world.root.write('sys/policies/acl/ops', { policy });
    const environment = { ...world.environment, HOME: '/nowhere' };
    terminal = openTerminal(environment, [WIDTH, HEIGHT]);
    terminal.type(`remount() { ${process.execPath} ${COMMAND} "$@"; }`);
  });
  afterAll(async () => {
    terminal?.stop();
    await world?.stop();
  });

  /** Clears the screen, runs a command, and waits for its exit code. */
  async function run(words: string): Promise<{ code: number; screen: string }> {
    terminal.type(`clear; remount ${words}; echo "exit code $?"`);
    return ended();
  }

  async function ended(): Promise<{ code: number; screen: string }> {
    const screen = await terminal.shows(/^exit code \d+$/m);
    seen.push(screen);
    const code = Number(/^exit code (\d+)$/m.exec(screen)?.[1]);
    terminal.type('clear; tmux clear-history 2> /dev/null');
    await expect.poll(terminal.screen, { timeout: 10_000 }).not.toContain('exit code');
    return { code, screen };
  }

  /** Begins a command and does not wait for it. */
  function begin(words: string): void {
    terminal.type(`clear; remount ${words}; echo "exit code $?"`);
  }

  let moved = '';

  it('plans a move', async () => {
    const { code, screen } = await run('plan applications/production/ssh team-a/ssh');

    expect(code).toBe(0);
    expect(screen).toMatch(/^Revokes +40 leases, by role:$/m);
    expect(screen).toContain(
      'Nothing has been changed. To do it: remount move applications/production/ssh team-a/ssh',
    );
  });

  it('begins it, and it fails on the way: somebody takes the target', async () => {
    await world.withSwitchesHeld(async () => {
      begin('move applications/production/ssh team-a/ssh --reason "at night"');
      await terminal.shows(
        /^applications\/production\/ssh\/ → team-a\/ssh\/ .*accepted, not switched yet, \d/m,
      );
      await world.root.in('team-a').write('sys/mounts/ssh', { type: 'kv' });
    });

    const { code, screen } = await ended();

    expect(code).toBe(3);
    expect(screen).toMatch(
      /Error moving applications\/production\/ssh to team-a\/ssh: the migration failed and changed\n? ?nothing/,
    );
    expect(screen).toContain('(target_in_use); choose another target');
    expect(screen).not.toContain('not switched yet');
  });

  it('moves it elsewhere, leaves the terminal with Ctrl-C, and follows it again', async () => {
    await world.withSwitchesHeld(async () => {
      begin('move applications/production/ssh team-a/ssh-2');
      const screen = await terminal.shows(/accepted, not switched yet/);
      [moved = ''] = ID.exec(screen) ?? [];
      terminal.press('C-c');
      const { code, screen: left } = await ended();
      expect(code).toBe(130);
      expect(left.replaceAll('\n', '')).toContain(`to watch it: remount status ${moved} --watch`);
      begin(`status ${moved} --watch`);
      await terminal.shows(/accepted, not switched yet/);
    });

    const { code, screen } = await ended();

    expect(code).toBe(0);
    expect(screen).toMatch(
      /^Moved applications\/production\/ssh\/ to team-a\/ssh-2\/ in [\d.]+ s, 40 leases revoked\.$/m,
    );
  });

  it('lists both, in the width of the terminal, with the ids whole and the paths shortened in the middle', async () => {
    const { screen } = await run('list --source production');

    const lines = screen.split('\n').filter((line) => ID.test(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(new RegExp(`^${moved}  applic\\S*…\\S*/ssh/ +team-a.* success .*Z`));
    expect(lines[1]).toMatch(/failure/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(WIDTH);
  });

  it('verifies it, and sees the rule that still names the old path', async () => {
    const { code, screen } = await run(`verify ${moved}`);

    expect(code).toBe(3);
    expect(screen).toMatch(/^Reachable at the target: 1 of 1 mount\.$/m);
    expect(screen).toContain('policies still name the source of 1 move');
  });

  it('sees the plan of the undo, and undoes it', async () => {
    const plan = await run(`undo ${moved} --dry-run`);
    const undone = await run(`undo ${moved}`);

    expect(plan.screen).toMatch(/^team-a\/ssh-2\/ → applications\/production\/ssh\/, ssh, accessor ssh_/m);
    expect(undone.code).toBe(0);
    expect(undone.screen).toMatch(/^Moved team-a\/ssh-2\/ to applications\/production\/ssh\/ in/m);
    expect(Object.keys((await world.root.read('sys/mounts')).data)).toContain('applications/production/ssh/');
  });

  it('never sees a token', () => {
    expect(seen.length).toBeGreaterThan(6);
    expect(seen.join('')).not.toContain(ROOT_TOKEN);
  });
});
