/** What is printed: results to stdout; what goes on, and progress, to stderr, so that a pipe gets results alone. */

import { styleText } from 'node:util';

type Style = 'bold' | 'green' | 'red' | 'yellow' | 'dim';

export interface Output {
  /** A result for people. */
  line(text?: string, style?: Style): void;
  /** A result for programs. */
  json(value: unknown): void;
  /** What goes on beside the results. */
  note(text: string, style?: Style): void;
  /**
   * How far something has come: one line, redrawn on a terminal; elsewhere a line for each phase, and one now and then.
   * @param phase undefined while none is known
   * @param draw is told how wide the line may be; without a bar where no terminal is
   */
  progress(phase: string | undefined, draw: (width: number | undefined) => string): void;
  /** Takes the line of progress away. */
  endProgress(): void;
}

/** Where there is no terminal, a phase that lasts is told again after this time. */
const REPEAT_MS = 5_000;
/** Of a terminal that does not say how wide it is. */
const WIDTH = 80;
const CLEAR_LINE = '\r\x1b[2K';

export function createOutput(
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
  environment: NodeJS.ProcessEnv,
): Output {
  let isDrawn = false;
  let told: { phase: string | undefined; at: number } = { phase: undefined, at: Date.now() };

  function write(stream: NodeJS.WriteStream, text: string, style: Style | undefined): void {
    clear();
    const isPlain = !style || !stream.isTTY || environment.NO_COLOR || environment.TERM === 'dumb';
    const shown = printable(text);
    stream.write(`${isPlain ? shown : styleText(style, shown, { validateStream: false })}\n`);
  }

  function clear(): void {
    if (isDrawn) stderr.write(CLEAR_LINE);
    isDrawn = false;
  }

  return {
    line: (text = '', style) => write(stdout, text, style),
    json: (value) => {
      clear();
      stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    note: (text, style) => write(stderr, text, style),
    progress(phase, draw) {
      if (stderr.isTTY) {
        const width = (stderr.columns || WIDTH) - 1;
        stderr.write(CLEAR_LINE + clip(printable(draw(width)), width));
        isDrawn = true;
      } else if (phase !== told.phase || Date.now() - told.at >= REPEAT_MS) {
        told = { phase, at: Date.now() };
        stderr.write(`${printable(draw(undefined))}\n`);
      }
    },
    endProgress: clear,
  };
}

/** A reason or a name may have been written by anybody; a terminal would obey its control characters. */
export function printable(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

function clip(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
