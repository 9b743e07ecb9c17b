import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND } from '../../infra/buildCommand.ts';
import { newWorld, type World } from './world.ts';

describe('the command on a terminal', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
    await world.issue('ssh', 3);
  });
  afterAll(() => world?.stop());

  /** The output on a terminal, stdout and stderr together; `script` provides the terminal. */
  async function onTerminal(words: string, environment: Record<string, string> = {}): Promise<string> {
    const shell = `stty cols 100; ${process.execPath} ${COMMAND} ${words}`;
    const child = spawn('script', ['-qefc', shell, '/dev/null'], {
      env: { PATH: process.env.PATH, TERM: 'xterm', ...world.environment, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return (await text(child.stdout)).replaceAll('\x1b', 'ESC');
  }

  it('redraws one line of progress, and clears it at the end', async () => {
    const sent = await onTerminal('move ssh moved');

    const [first, ...redrawn] = sent.split('\rESC[2K');
    const last = redrawn.pop();
    expect(first).toMatch(/^Moving ssh to moved, migration \S+\r\n$/);
    expect(redrawn.length).toBeGreaterThan(0);
    for (const line of redrawn) expect(line).toMatch(/^(waiting|ssh\/ → moved\/) .*\d s$/);
    expect(last).toMatch(/^ESC\[32mMoved ssh\/ to moved\/ in [\d.]+ s, 3 leases revoked\.ESC\[39m\r\n/);
  });

  it('prints errors in red, and no colours if NO_COLOR is set', async () => {
    expect(await onTerminal('move nowhere x')).toMatch(/^ESC\[31mError moving nowhere to x: /);
    expect(await onTerminal('move nowhere x', { NO_COLOR: '1' })).toMatch(/^Error moving nowhere to x: /);
  });
});
