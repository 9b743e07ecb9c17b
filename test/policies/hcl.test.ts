/** The syntax of policies: what parses, into what, and what is refused where. */

import { describe, expect, it } from 'vitest';
import { MAX_HCL_DEPTH, MAX_POLICY_BYTES } from '../../functions/limits.ts';
import { type HclValue, isHclObject, parseHcl } from '../../functions/policies/hcl.ts';
import { PolicySyntaxError } from '../../functions/policies/policySyntaxError.ts';
import { processorTimeOf } from '../support/processorTime.ts';

/** The tree without lines, entries as pairs. */
function parsed(text: string): unknown {
  return plain(parseHcl(text));
}

function plain(value: HclValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return isHclObject(value) ? value.entries.map((entry) => [entry.key, plain(entry.value)]) : value;
}

/** Text that is a value in HCL → the value. */
const VALUES: [text: string, value: unknown][] = [
  ['"plain"', 'plain'],
  ['""', ''],
  [String.raw`"tab\tquote\"back\\slash\n"`, 'tab\tquote"back\\slash\n'],
  [String.raw`"\u00e9\U0001F600\x41\101"`, 'é😀AA'],
  [String.raw`"\ud83d\ude00"`, '😀'],
  [`"secret/\${user}/*"`, `secret/\${user}/*`],
  [`"a\${f("quoted", {})}b"`, `a\${f("quoted", {})}b`],
  [String.raw`"\u0024{open"`, '${open'],
  ['"$5 {x} $$"', '$5 {x} $$'],
  ['7', 7],
  ['-7', -7],
  ['0x1F', 31],
  ['010', 8],
  ['1.5e3', 1500],
  ['.5', 0.5],
  ['true', true],
  ['false', false],
  ['[]', []],
  ['["a", "b"]', ['a', 'b']],
  ['["a",\n  "b", # trailing comma\n]', ['a', 'b']],
  ['[1, true, [2], { a = 3 }]', [1, true, [2], [['a', 3]]]],
  ['{}', []],
  [
    '{ a = 1, "b c" = ["x"], }',
    [
      ['a', 1],
      ['b c', ['x']],
    ],
  ],
  [
    '{ a: 1, "b": {c: 2} }',
    [
      ['a', 1],
      ['b', [['c', 2]]],
    ],
  ],
  [
    '{ a = 1 b = 2 }',
    [
      ['a', 1],
      ['b', 2],
    ],
  ],
  ['<<EOF\none\n  two\nEOF', 'one\n  two\n'],
  ['<<EOF\r\none\r\nEOF\r\n', 'one\r\n'],
  ['<<EOF\nEOF', ''],
  ['<<-EOF\n    one\n      two\n    EOF', 'one\n  two\n'],
  ['<<-EOF\n  less\n    EOF\n', '  less\n'],
  ['<<EOF\nEOFX\n  EOF\n', 'EOFX\n'],
];

const TREES: [what: string, text: string, tree: unknown][] = [
  ['nothing', '', []],
  ['only blanks and comments', ' \t\r\n# a\n// b\n/* c\n * d */', []],
  ['a byte order mark', '\uFEFFa = 1', [['a', 1]]],
  ['a block without label', 'a { b = 1 }', [['a', [['b', 1]]]]],
  ['a block with a quoted label', 'a "b" { c = 1 }', [['a', [['b', [['c', 1]]]]]]],
  ['a block with a bare label', 'a b-c.d_e { c = 1 }', [['a', [['b-c.d_e', [['c', 1]]]]]]],
  ['a block with two labels', 'a "b" c { }', [['a', [['b', [['c', []]]]]]]],
  ['an object by assignment', 'a = { b = 1 }', [['a', [['b', 1]]]]],
  ['quoted keys', '"a" = 1', [['a', 1]]],
  ['keys of other scripts', 'größe = 1', [['größe', 1]]],
  [
    'nested blocks on one line',
    'a "b" { c { d = [1] } e = 2 }',
    [
      [
        'a',
        [
          [
            'b',
            [
              ['c', [['d', [1]]]],
              ['e', 2],
            ],
          ],
        ],
      ],
    ],
  ],
  [
    'a key that comes again',
    'a = 1\na = 2',
    [
      ['a', 1],
      ['a', 2],
    ],
  ],
  ['comments between tokens', 'a /* x */ "b" # y\n { // z\n c = /**/ 1 }', [['a', [['b', [['c', 1]]]]]]],
  ['comment marks in strings', 'a = "# // /* */"', [['a', '# // /* */']]],
  ['JSON', '{"a": {"b": [1, null, "x"]}}', [['a', [['b', [1, null, 'x']]]]]],
  [
    'JSON with a key that comes again',
    '{"a": 1, "a": 2}',
    [
      ['a', 1],
      ['a', 2],
    ],
  ],
  ['JSON strings with ${', `{"a": "\${"}`, [['a', '${']]],
  ['JSON with escapes', String.raw`{"a": "\/\u0041\""}`, [['a', '/A"']]],
];

const REFUSED: [what: string, text: string, message: string][] = [
  ['a value alone', '\n"a"', 'expected a value or a block, got the end on line 2'],
  ['a key without value', 'a =\n', 'expected a value, got the end on line 2'],
  ['an assignment with a label', 'a "b" = 1', 'expected a value or a block, got "=" on line 1'],
  ['an unknown word', 'a = yes', 'expected a value, got "yes" on line 1'],
  ['null outside JSON', 'a = null', 'expected a value, got "null" on line 1'],
  ['an open block', 'a {\n\n', 'expected a key, got the end on line 3'],
  ['a block closed twice', 'a { } }', 'expected a key, got "}" on line 1'],
  ['an open list', 'a = [1', 'expected "," or "]", got the end on line 1'],
  ['a list without commas', 'a = [1\n2]', 'expected "," or "]", got "2" on line 2'],
  ['a comma without item', 'a = [,]', 'expected a value, got "," on line 1'],
  ['an open string', 'a = "b\n"', 'literal not terminated on line 1'],
  ['an open interpolation', 'a = "${b"\n', 'literal not terminated on line 1'],
  ['an open comment', '\n/* a', 'comment not terminated on line 2'],
  ['an open heredoc', '\na = <<EOF\nEO\n', 'heredoc not terminated on line 2'],
  ['a heredoc without name', 'a = <<\nb\n', 'invalid characters in heredoc anchor on line 1'],
  ['an unknown escape', String.raw`a = "\q"`, 'illegal char escape on line 1'],
  ['half a surrogate pair', String.raw`a = "\ud83d"`, 'illegal char escape on line 1'],
  ['half a surrogate pair as it is', 'a = "\ud83d"', 'illegal UTF-8 encoding'],
  ['a byte that is no character', String.raw`a = "\xe9"`, 'illegal char escape on line 1'],
  ['a character behind the last', String.raw`a = "\U00110000"`, 'illegal char escape on line 1'],
  ['a number that is too big', 'a = 1e999', 'illegal number "1e999" on line 1'],
  ['digits no octal number has', 'a = 09', 'illegal number "09" on line 1'],
  ['a stray character', 'a = 1\n;', 'illegal character ";" on line 2'],
  ['a number as key', '1 = 2', 'expected a key, got "1" on line 1'],
  ['JSON with a block', '{"path" {}}', 'expected ":", got "{" on line 1'],
  ['JSON with a bare key', '{path: 1}', 'expected a key, got "path" on line 1'],
  ['JSON with an equals sign', '{"path" = 1}', 'expected ":", got "=" on line 1'],
  ['JSON with more behind it', '{}\n{}', 'expected the end, got "{" on line 2'],
  ['a JSON list', '["a"]', 'expected a key, got "[" on line 1'],
];

describe('parseHcl', () => {
  it.each(VALUES)('reads the value %j', (text, value) => {
    expect(parsed(`key = ${text}`)).toEqual([['key', value]]);
  });

  it.each(TREES)('reads %s', (_what, text, tree) => {
    expect(parsed(text)).toEqual(tree);
  });

  it.each(REFUSED)('refuses %s and says where', (_what, text, message) => {
    expect(() => parseHcl(text)).toThrow(new PolicySyntaxError(message));
  });

  it('knows the line of every entry, behind comments, strings and heredocs of many lines', () => {
    const text = `a = <<X\n1\n2\nX\nb = "\${\n}"\n/*\n*/ c "d" {\n e = 1\n}`;

    const { entries } = parseHcl(text);

    expect(entries.map(({ key, line }) => [key, line])).toEqual([
      ['a', 1],
      ['b', 5],
      ['c', 8],
    ]);
  });

  it.each(['path "a" { capabilities = ["read"] }', 'path = { a = { capabilities = ["read"] } }'])(
    'reaches the same tree from %s as from JSON',
    (text) => {
      expect(parsed(text)).toEqual(parsed('{"path": {"a": {"capabilities": ["read"]}}}'));
    },
  );

  it.each([
    ['lists', '[', ']'],
    ['objects', '{ a = ', '}'],
  ])('accepts %s down to the limit of levels, and none below', (_what, open, close) => {
    const nested = (depth: number) => `a = ${open.repeat(depth)}1${close.repeat(depth)}`;

    expect(() => parseHcl(nested(MAX_HCL_DEPTH - 1))).not.toThrow();
    expect(() => parseHcl(nested(MAX_HCL_DEPTH))).toThrow(`more than ${MAX_HCL_DEPTH} levels on line 1`);
  });

  it('counts labels as levels', () => {
    expect(() => parseHcl(`${'a '.repeat(MAX_HCL_DEPTH)}{}`)).toThrow('levels on line 1');
  });

  it('accepts text up to the limit of bytes, and none above', () => {
    const text = `# ${'é'.repeat(MAX_POLICY_BYTES / 2 - 1)}`;

    expect(() => parseHcl(text)).not.toThrow();
    expect(() => parseHcl(`${text}.`)).toThrow(`text is longer than ${MAX_POLICY_BYTES} bytes`);
  });

  it.each([
    '[',
    '{',
    '{"a":',
    'a ',
    'a = [',
    'a {',
    'a = 1 ',
    '"a" ',
    '/* */',
    '/*',
    '#\n',
    '\n',
    'a = "${',
    `a = "\${}"\n`,
    'a = "\\\\"\n',
    'a = <<X\nX\n',
    'a = <<X\n',
    '\\',
    'a = [1,1,1,1,1,1,1,1]\n',
    '0',
  ])('is done with a hundred kilobytes of %j at once', (part) => {
    const text = part.repeat(MAX_POLICY_BYTES / part.length);

    const { ms } = processorTimeOf(() => {
      try {
        parseHcl(text);
      } catch (error) {
        expect(error).toBeInstanceOf(PolicySyntaxError);
      }
    });

    expect(ms).toBeLessThan(1_000);
  });
});
