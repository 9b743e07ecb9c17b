/** Where the service writes on a condition, and what the source says with that condition dropped. */

export interface Site {
  /** Counted from 1. */
  line: number;
  /** What is dropped, as it stands in the source. */
  dropped: string;
  /** The source without it. */
  mutated: string;
}

/** A property `if` of a write; declarations of its type end in a semicolon. */
const CONDITION = /(?<![\w.])if: /g;

/**
 * @param source a file of the service
 * @returns a site for each condition, and one more for each of its attributes where it names several
 */
export function sitesIn(source: string): Site[] {
  return [...source.matchAll(CONDITION)].flatMap((match) => {
    const start = match.index + match[0].length;
    const end = endOf(source, start);
    const condition = source.slice(start, end);
    if (source[end] === ';' || isInComment(source, start)) return [];
    const whole = siteOf(source, start, end, 'undefined as never');
    return [
      whole,
      ...attributesOf(condition).map(([from, to]) => siteOf(source, start + from, start + to, '')),
    ];
  });
}

function siteOf(source: string, start: number, end: number, replacement: string): Site {
  return {
    line: source.slice(0, start).split('\n').length,
    dropped: source.slice(start, end).replace(/\s+/g, ' ').replace(/,$/, '').trim(),
    mutated: source.slice(0, start) + replacement + source.slice(end),
  };
}

/** Where each attribute of a literal begins and ends, the comma after it included; none for a literal with one. */
function attributesOf(condition: string): [from: number, to: number][] {
  if (!condition.startsWith('{')) return [];
  const found: [number, number][] = [];
  for (let from = 1; from < condition.length - 1; ) {
    const end = endOf(condition, from);
    const to = condition[end] === ',' ? end + 1 : end;
    if (condition.slice(from, end).trim() !== '') found.push([from, to]);
    from = end + 1;
  }
  return found.length > 1 ? found : [];
}

/** The end of an expression: a comma, semicolon or closing bracket that is not inside it. */
function endOf(source: string, start: number): number {
  let depth = 0;
  for (let i = start; i < source.length; i++) {
    const character = source[i] as string;
    if (depth === 0 && ',;)]}'.includes(character)) return i;
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
  }
  return source.length;
}

function isInComment(source: string, at: number): boolean {
  return /^\s*(\*|\/\/|\/\*)/.test(source.slice(source.lastIndexOf('\n', at) + 1, at));
}
