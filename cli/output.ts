/** Prints results to stdout, and messages and progress to stderr, so that a pipe gets only results. */

import { styleText } from 'node:util';

type Style = 'bold' | 'green' | 'red' | 'yellow' | 'dim';

export interface Output {
  /** Characters in a line of the results; undefined if they go to no terminal. */
  width: number | undefined;
  /** A result for people. */
  line(text?: string, style?: Style): void;
  /** A result for programs. */
  json(value: unknown): void;
  /** A message beside the results. */
  note(text: string, style?: Style): void;
  /**
   * Shows progress. On a terminal it redraws one line. Elsewhere it prints a line for each phase, and repeats it.
   * @param phase undefined while it is unknown
   * @param draw gets the width of the line; undefined if there is no terminal
   */
  progress(phase: string | undefined, draw: (width: number | undefined) => string): void;
  /** Clears the line of progress. */
  endProgress(): void;
}

/** Without a terminal, the line of a long phase is repeated after this time. */
const REPEAT_MS = 5_000;
/** Width if the terminal reports none. */
const WIDTH = 80;
const CLEAR_LINE = '\r\x1b[2K';

export function createOutput(
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
  environment: NodeJS.ProcessEnv,
): Output {
  let isDrawn = false;
  let printed: { phase: string | undefined; at: number } = { phase: undefined, at: Date.now() };

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
    get width() {
      return stdout.isTTY ? stdout.columns || WIDTH : undefined;
    },
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
      } else if (phase !== printed.phase || Date.now() - printed.at >= REPEAT_MS) {
        printed = { phase, at: Date.now() };
        stderr.write(`${printable(draw(undefined))}\n`);
      }
    },
    endProgress: clear,
  };
}

/** Escapes control characters: reasons and names come from other people, and a terminal would obey them. */
export function printable(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

function clip(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
