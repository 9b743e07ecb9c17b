/** Reads rules as people write them: a line each, source and target with a comma or an arrow between. Pure. */

export interface Rule {
  from: string;
  to: string;
}

/** Empty lines and a header are left out; what is missing is left to the service to complain about. */
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

/** A list of moves as CSV, with the header that it needs. */
export function withHeader(text: string): string {
  const lines = text.trim();
  return /^"?from"?\s*,\s*"?to"?\s*(\r?\n|$)/i.test(lines) ? lines : `from,to\n${lines}`;
}
