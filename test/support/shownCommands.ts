/** The commands that a document shows: reads them, runs them in a shell in their order, and compares what they print. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** One command, and the lines that the document shows as its output. */
interface Shown {
  command: string;
  output: string[];
}

export interface Ran extends Shown {
  exitCode: number;
  /** What the command has printed, on both streams. */
  printed: string;
}

/** The text of a section of a Markdown document, with its subsections. */
export function sectionOf(markdown: string, heading: string): string {
  const [, level = '', rest = ''] = new RegExp(`^(#+) ${heading}\n(.*)`, 'ms').exec(markdown) ?? [];
  if (level === '') throw new Error(`there is no section ${heading}`);
  return rest.split(new RegExp(`^#{1,${level.length}} `, 'm'))[0] ?? '';
}

/**
 * The commands in their order. A block of `sh` is one command. In a block of `console` each line that begins with `$ ` is
 * a command, with the lines after it if it ends with a backslash; the other lines are its output.
 */
export function shownCommands(markdown: string): Shown[] {
  return [...markdown.matchAll(/^```(sh|console)\n(.*?)^```$/gms)].flatMap(([, kind, text = '']) =>
    kind === 'sh' ? [{ command: text.trimEnd(), output: [] }] : dialogue(text.trimEnd()),
  );
}

function dialogue(text: string): Shown[] {
  const shown: Shown[] = [];
  let isContinued = false;
  for (const line of text.split('\n')) {
    const last = shown.at(-1);
    if (line.startsWith('$ ')) shown.push({ command: line.slice(2), output: [] });
    else if (last && isContinued) last.command += `\n${line}`;
    else last?.output.push(line);
    isContinued = (line.startsWith('$ ') || isContinued) && line.endsWith('\\');
  }
  return shown;
}

/** Stands between the outputs of two commands. */
const END = '\u0001';

/**
 * Runs them in one shell, so that variables of one are known to the next. All are run, whatever the exit code of one.
 * @param environment replaces that of the tests
 */
export async function runShown(
  shown: Shown[],
  cwd: string,
  environment: Record<string, string | undefined>,
): Promise<Ran[]> {
  const script = shown.map(({ command }) => `${command}\nprintf '%s%s%s' '${END}' $? '${END}'`).join('\n');
  const shell = spawn('bash', ['-c', `exec 2>&1\n${script}`], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  await once(shell, 'close');
  const parts = printed.split(END);
  return shown.map((one, i) => ({
    ...one,
    printed: parts[2 * i] ?? '',
    exitCode: Number(parts[2 * i + 1] ?? Number.NaN),
  }));
}

/**
 * @returns the shown lines that the command has not printed in this order. `…` stands for any text, also for lines that are
 *   left out; a line may have any blanks
 */
export function missingLines({ output, printed }: Ran): string[] {
  let rest = printed.split('\n');
  return output.filter((line) => {
    if (line.trim() === '…' || line.trim() === '') return false;
    const place = rest.findIndex((candidate) => patternOf(line).test(candidate));
    if (place >= 0) rest = rest.slice(place + 1);
    return place < 0;
  });
}

function patternOf(line: string): RegExp {
  const parts = line.trim().split('…');
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'));
  return new RegExp(`^\\s*${escaped.join('.*')}\\s*$`);
}

/** Those of the programs that this machine does not have. */
export function missingPrograms(...names: string[]): string[] {
  return names.filter((name) => spawnSync('which', [name]).status !== 0);
}
