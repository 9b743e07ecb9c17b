import { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { describe, expect, it, vi } from 'vitest';
import { screenOn } from '../../infra/demo/screen.ts';

/** A stream that keeps what is written to it. */
function output(isTTY: boolean): { stream: WriteStream; text(): string } {
  const pieces: string[] = [];
  const keep = new Writable({
    write(piece, _encoding, done) {
      pieces.push(String(piece));
      done();
    },
  });
  const terminal = { isTTY, columns: 20, getColorDepth: WriteStream.prototype.getColorDepth };
  return { stream: Object.assign(keep, terminal) as unknown as WriteStream, text: () => pieces.join('') };
}

describe('the screen of the demo', () => {
  it('redraws one line on a terminal, not wider than the terminal, and clears it at the end', () => {
    const { stream, text } = output(true);

    const status = screenOn(stream).status();
    status.show('moving a mount with a long name');
    status.end();

    expect(text()).toBe('\r\x1b[2K  moving a mount w…\r\x1b[2K');
  });

  it('prints a plain line at intervals without a terminal', () => {
    vi.useFakeTimers();
    const { stream, text } = output(false);

    const status = screenOn(stream).status();
    status.show('at once');
    vi.advanceTimersByTime(5_000);
    status.show('later');
    status.show('at once again');
    status.end();

    vi.useRealTimers();
    expect(text()).toBe('  later\n');
  });

  it('aligns columns', () => {
    const { stream, text } = output(false);

    screenOn(stream).table([
      ['a', 'b'],
      ['long', 'c'],
    ]);

    expect(text()).toBe('  a     b\n  long  c\n');
  });

  it('uses colours only on a terminal, and not if NO_COLOR is set', () => {
    // Node asks all of these what a terminal can show.
    vi.stubEnv('CI', undefined);
    vi.stubEnv('FORCE_COLOR', undefined);
    vi.stubEnv('TERM', 'xterm');
    vi.stubEnv('NO_COLOR', undefined);
    const onTerminal = screenOn(output(true).stream).style('red', 'text');
    const elsewhere = screenOn(output(false).stream).style('red', 'text');
    vi.stubEnv('NO_COLOR', '1');
    const withoutColour = screenOn(output(true).stream).style('red', 'text');
    vi.unstubAllEnvs();

    expect([onTerminal, elsewhere, withoutColour]).toEqual(['\x1b[31mtext\x1b[39m', 'text', 'text']);
  });
});
