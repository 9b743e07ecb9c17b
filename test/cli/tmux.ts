/** A terminal that a person sits at: tmux draws it, types into it, and tells what it shows. */

import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';

export interface Terminal {
  /** Types a line and presses the key at its end. */
  type(line: string): void;
  /** Presses a key by tmux's name of it, such as `C-c`. */
  press(key: string): void;
  /** What the terminal shows now, without the spaces at the ends of the lines. */
  screen(): string;
  /** Waits until it shows a text. */
  shows(text: string | RegExp): Promise<string>;
  stop(): void;
}

export function hasTmux(): boolean {
  return spawnSync('tmux', ['-V']).status === 0;
}

/** A shell with this environment, and nothing of that of the tests but the path. */
export function openTerminal(
  environment: Record<string, string>,
  [width, height]: [number, number],
): Terminal {
  // A server of its own: it ends with the terminal, and no other session is touched.
  const server = `remount-${randomUUID()}`;
  const tmux = (...words: string[]) =>
    execFileSync('tmux', ['-L', server, '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...environment },
    });
  const size = ['-x', String(width), '-y', String(height)];
  tmux('new-session', '-d', ...size, 'PS1="$ " bash --norc --noprofile');

  function screen(): string {
    return tmux('capture-pane', '-p', '-S', '-').replace(/ +$/gm, '');
  }

  return {
    type(line) {
      tmux('send-keys', '-l', line);
      tmux('send-keys', 'Enter');
    },
    press: (key) => tmux('send-keys', key),
    screen,
    async shows(text) {
      await expect.poll(screen, { timeout: 30_000, interval: 100 }).toMatch(text);
      return screen();
    },
    stop: () => tmux('kill-server'),
  };
}
