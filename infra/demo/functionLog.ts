/** Keeps what the functions print while the demo runs, and searches it at the end. */

export interface FunctionLog {
  take(text: string): void;
  /** The lines of level ERROR. */
  errors(): string[];
  /** How many of the texts it contains. */
  occurrences(texts: readonly string[]): number;
}

export function functionLog(): FunctionLog {
  const pieces: string[] = [];
  const all = () => pieces.join('');
  return {
    take: (text) => void pieces.push(text),
    errors: () =>
      all()
        .split('\n')
        .filter((line) => line.includes('"level":"ERROR"')),
    occurrences: (texts) => texts.filter((text) => all().includes(text)).length,
  };
}
