/** What the demo prints: headings, lines, tables, and one status line, which is redrawn on a terminal. */

import { styleText } from 'node:util';

type Style = 'bold' | 'green' | 'red' | 'dim' | 'cyan';

interface Status {
  show(text: string): void;
  /** Clears the status line. */
  end(): void;
}

export interface Screen {
  heading(text: string): void;
  /** A title above a group of lines. */
  title(text: string): void;
  line(text?: string): void;
  /** Colours the text if the output is a terminal and `NO_COLOR` is not set. */
  style(style: Style, text: string): string;
  /** Rows of plain cells. Columns are as wide as their cells, as far as the terminal allows. */
  table(rows: readonly (readonly string[])[]): void;
  status(): Status;
  /** A status line with the number of those that are done, of `total`. */
  progress(label: string, total: number): { done(count: number): void; end(): void };
}

const REDRAW_MS = 80;
/** Without a terminal, the status is printed as a new line after this time. */
const REPEAT_MS = 5_000;
/** Width of a line if the terminal reports none. */
const WIDTH = 140;
/** Least width of a column. */
const MIN_COLUMN = 20;

export function screenOn(stream: NodeJS.WriteStream): Screen {
  const style = (name: Style, text: string) => styleText(name, text, { stream });
  const line = (text = '') => void stream.write(`${text}\n`);

  function status(): Status {
    const pause = stream.isTTY ? REDRAW_MS : REPEAT_MS;
    let shownAt = stream.isTTY ? 0 : Date.now();
    return {
      show(text) {
        if (Date.now() - shownAt < pause) return;
        shownAt = Date.now();
        if (stream.isTTY) stream.write(`\r\x1b[2K  ${clip(text, widthOf(stream) - 3)}`);
        else line(`  ${text}`);
      },
      end() {
        if (stream.isTTY) stream.write('\r\x1b[2K');
      },
    };
  }

  return {
    heading: (text) => line(`\n${style('bold', text)}`),
    title: (text) => line(`\n  ${style('cyan', text)}`),
    line,
    style,
    table(rows) {
      const widths = columnWidths(rows, widthOf(stream));
      for (const row of rows) {
        line(`  ${row.map((cell, i) => toWidth(cell, widths[i] ?? 0)).join('  ')}`.trimEnd());
      }
    },
    status,
    progress(label, total) {
      const shown = status();
      return { done: (count) => shown.show(`${label}: ${count} of ${total}`), end: shown.end };
    },
  };
}

/** Some terminals report 0 columns. */
function widthOf(stream: NodeJS.WriteStream): number {
  return stream.columns || WIDTH;
}

/** The first column is as wide as its cells. The others share the rest. */
function columnWidths(rows: readonly (readonly string[])[], available: number): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const needed = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  );
  const [first = 0, ...others] = needed;
  const share = Math.floor((available - 2 - first) / Math.max(1, others.length)) - 2;
  return [first, ...others.map((width) => Math.min(width, Math.max(share, MIN_COLUMN)))];
}

function toWidth(cell: string, width: number): string {
  return clip(cell, width).padEnd(width);
}

function clip(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
