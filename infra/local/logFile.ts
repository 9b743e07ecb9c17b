/** The log of `npm start`: a file, so that the terminal keeps showing what the start has printed. */

import { openSync, writeSync } from 'node:fs';
import { StartError } from './startError.ts';

/**
 * Opens the file to append to it. Only its owner may read it. What is logged while answers are passed on is written behind
 * them, at once.
 * @param terminal gets the log when the file cannot be written any more, such as on a full disk
 * @returns writes to the log
 * @throws StartError if the file cannot be opened
 */
export function openLog(file: string, terminal: (text: string) => void): (text: string) => void {
  const descriptor = open(file);
  let waiting = '';
  let write = (text: string) => {
    if (waiting === '') setImmediate(writeWaiting);
    waiting += text;
  };

  function writeWaiting(): void {
    const text = waiting;
    waiting = '';
    try {
      if (text !== '') writeSync(descriptor, text);
    } catch (error) {
      terminal(
        `remount: cannot write the log ${file}: ${(error as NodeJS.ErrnoException).code}; it continues here\n`,
      );
      write = terminal;
      terminal(text);
    }
  }

  process.once('exit', writeWaiting);
  return (text) => write(text);
}

function open(file: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw new StartError(`cannot write the log ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
