/**
 * What a body costs before anybody knows who sent it: little, however it is made. The body is read before the token
 * (contract §2.2). Times are compared with that of the plainest body of the same length, so the machine does not matter.
 */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../functions/bulk/csv.ts';
import { VaultError } from '../../functions/http/errors.ts';
import { readFields } from '../../functions/http/fields.ts';
import { parseBody } from '../../functions/http/parseBody.ts';
import {
  MAX_BODY_BYTES,
  MAX_BULK_JSON_STRINGS,
  MAX_FORM_FIELDS,
  MAX_JSON_STRINGS,
  MAX_JSON_VALUES,
} from '../../functions/limits.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { leastTimeOf } from '../support/processorTime.ts';

/** A list with as many entries as fit into a body, or as many as are given. */
function list(entry: string, count = Math.floor((MAX_BODY_BYTES - 7) / (entry.length + 1))): string {
  return `{"a":[${Array(count).fill(entry).join(',')}]}`;
}

/** The entries of a list that takes all that a body may have. The object and the list begin with a bracket each. */
const MANY = MAX_JSON_VALUES - 1;

const long = (character: string) => character.repeat(Math.floor(MAX_BODY_BYTES / MANY) - 2);

const PLAINEST = `{"a":"${'x'.repeat(MAX_BODY_BYTES - 8)}"}`;

const VALUES = 'refused JSON input due to high complexity: exceeded maximum number of values';
const STRINGS = 'refused JSON input due to high complexity: exceeded maximum number of strings';
const FORM = 'error parsing form data';

const REFUSED: [what: string, body: string, why: string][] = [
  ['numbers', list('1'), VALUES],
  ['numbers in a notation of their own', list('1.0'), VALUES],
  ['literals', list('null'), VALUES],
  ['objects', list('{}'), VALUES],
  ['lists', list('[]'), VALUES],
  ['lists in lists', list('[[]]'), VALUES],
  ['strings', list('""'), STRINGS],
  ['commas', `{"a":${','.repeat(MAX_BODY_BYTES - 7)}}`, VALUES],
  ['keys', `{${list('"":1').slice(6, -2)}}`, STRINGS],
  ['fields of a form', 'a&'.repeat(MAX_BODY_BYTES / 2), FORM],
];

const ACCEPTED: [what: string, body: string][] = [
  ['numbers', list('1', MANY)],
  ['numbers in a notation of their own', list('1.0', MANY)],
  ['long numbers', list(long('1'), MANY)],
  ['objects', list('{}', Math.floor(MANY / 2))],
  ['strings', list(`"${'x'.repeat(4_000)}"`, MAX_JSON_STRINGS - 1)],
  ['escapes', `{"a":"${'\\u0041'.repeat((MAX_BODY_BYTES - 8) / 6)}"}`],
  ['digits', `{"a":${'1'.repeat(MAX_BODY_BYTES - 6)}}`],
  ['spaces', `${' '.repeat(MAX_BODY_BYTES - 2)}{}`],
  ['fields of a form', Array.from({ length: MAX_FORM_FIELDS }, (_, i) => `a${i}=%41%41`).join('&')],
];

function read(body: string) {
  const isForm = body.startsWith('a');
  const headers = isForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  return parseBody({ body: Buffer.from(body), headers });
}

function problemOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof VaultError) return error.message;
    throw error;
  }
}

describe('a body', () => {
  const plainest = leastTimeOf(() => read(PLAINEST));

  it.each(REFUSED)('full of %s is refused, about as fast as it can be looked at', (_, body, why) => {
    expect(problemOf(() => read(body))).toBe(why);
    expect(leastTimeOf(() => problemOf(() => read(body)))).toBeLessThan(20 + 3 * plainest);
  });

  it.each(ACCEPTED)('with as many %s as there may be is accepted, and not slow', (_, body) => {
    expect(problemOf(() => read(body))).toBeUndefined();
    expect(leastTimeOf(() => read(body))).toBeLessThan(50 + 15 * plainest);
  });

  it('with the largest plan is accepted', () => {
    const moves = Array.from({ length: 10_000 }, (_, i) => ({
      from: `a${i}`,
      to: `b${i}`,
      unless_changed: `${i}.1.root`,
    }));
    const body = { body: Buffer.from(JSON.stringify({ moves })), headers: {} };
    expect(parseBody(body, MAX_BULK_JSON_STRINGS)).toEqual({ moves });
  });

  it('takes memory for what it is, not for what it says', async () => {
    const [plain, ...others] = await Promise.all([
      memoryFor(`'{"a":"' + 'x'.repeat(4_400_000) + '"}'`),
      memoryFor(`'{"a":[' + '1,'.repeat(2_200_000) + '1]}'`),
      memoryFor(`'{"a":[' + '{},'.repeat(1_400_000) + '1]}'`),
      memoryFor(`'{"a":[' + '1.0,'.repeat(${MANY - 1}) + '1]}'`),
    ]);
    for (const bytes of others) expect(bytes - (plain as number)).toBeLessThan(60_000_000);
  });
});

/** The most memory that a process had that reads one body. @param body as an expression in JavaScript */
async function memoryFor(body: string): Promise<number> {
  const module = join(import.meta.dirname, '../../functions/http/parseBody.ts');
  const program = `
    const { parseBody } = await import(${JSON.stringify(module)});
    try { parseBody({ body: Buffer.from(${body}), headers: {} }); } catch {}
    console.log(process.resourceUsage().maxRSS * 1024);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return Number(stdout);
}

/** Parsers of what is in a field, each with texts of any length that made others of their kind slow. */
const PARSERS: [
  what: string,
  parse: (text: string) => unknown,
  make: (length: number) => string,
  most: number,
][] = [
  ['a plan with a long quote', readCsv, (n) => `from,to\n"${'a'.repeat(n)}"`, 4_000_000],
  ['a plan of quotes', readCsv, (n) => `from,to\n"${'""'.repeat(n / 2)}",b`, 4_000_000],
  ['a plan of lines', readCsv, (n) => `from,to\n${'\r\n'.repeat(n / 2)}`, 400_000],
  ['a plan of commas', readCsv, (n) => `from,to\n${','.repeat(n)}`, 400_000],
  ['a plan of rows', readCsv, (n) => `from,to\n${'a,b\n'.repeat(n / 4)}`, 4_000_000],
  ['a policy of quotes', parsePolicy, (n) => 'path "'.concat('${'.repeat(n / 2)), 100_000],
  ['a policy of rules', parsePolicy, (n) => 'path "a" {}\n'.repeat(n / 12), 80_000],
  ['a policy of comments', parsePolicy, (n) => '/**/'.repeat(n / 4), 100_000],
  ['a policy of documents', parsePolicy, (n) => `path "a" { a = <<E\n${'E \n'.repeat(n / 3)}`, 99_000],
  ['a policy of segments', parsePolicy, (n) => `path "${'+/'.repeat(n / 2)}" {}`, 99_000],
];

describe('a field', () => {
  it.each(PARSERS)(
    'with %s takes time that grows with its length, not with its square',
    (_, parse, make, most) => {
      const [short, long] = [make(most / 4), make(most)];
      const timeOf = (text: string) => leastTimeOf(() => problemOf(() => attempt(parse, text)));
      expect(timeOf(long)).toBeLessThan(50 + 8 * timeOf(short));
    },
  );

  it.each([
    ['list', ','.repeat(MAX_BODY_BYTES)],
    ['ints', 'x,'.repeat(MAX_BODY_BYTES / 2)],
    ['texts', Array(MANY).fill(1)],
    ['map', Array(Math.floor(MANY / 2)).fill({})],
    ['pairs', Array(MANY).fill(1)],
  ] as const)('of type %s has a bounded number of entries', (type, value) => {
    const text = 'Field validation failed: field "x" has more than 10000 entries';
    expect(problemOf(() => readFields({ x: type }, { x: value }))).toBe(text);
  });
});

/** A policy that cannot be read is refused with an error of its own. */
function attempt(parse: (text: string) => unknown, text: string): void {
  try {
    parse(text);
  } catch (error) {
    if ((error as Error).name !== 'PolicyError') throw error;
  }
}
