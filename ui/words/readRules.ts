/** Reads typed rules: one per line, source and target separated by a comma or an arrow. Pure. */

export interface Rule {
  from: string;
  to: string;
}

/** Skips empty lines and a header. The service reports missing parts. */
export function readRules(text: string): Rule[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^from\s*,\s*to$/i.test(line));
  return lines.map((line) => {
    const [from = '', to = ''] = line.split(/\s*(?:,|->|→)\s*/, 2);
    return { from, to };
  });
}

/** A list of moves as CSV, with the required header: what is typed by hand often has none. */
export function withHeader(text: string): string {
  const lines = text.trim();
  const first = lines.split(/\r?\n/).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  const names = first.split(/[,;\t]/).map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .toLowerCase(),
  );
  return names.includes('from') && names.includes('to') ? lines : `from,to\n${lines}`;
}
