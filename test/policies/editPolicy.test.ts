import { describe, expect, it } from 'vitest';
import { editPolicy, type RuleEdit } from '../../functions/policies/editPolicy.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { spliced } from '../../functions/policies/splices.ts';

const WHY = 'Added with the move of pz/ to a/b/, migration 1.';

function edited(text: string, edits: Omit<RuleEdit, 'comment'>[]): string {
  return spliced(
    text,
    editPolicy(
      text,
      edits.map((edit) => ({ ...edit, comment: WHY })),
    ),
  );
}

function added(text: string, to: string): string {
  return edited(text, [{ path: 'pz/*', to, replaces: false }]);
}

function followed(text: string, to: string): string {
  return edited(text, [{ path: 'pz/*', to, replaces: true }]);
}

const TEAM = `# The team's own secrets.
path "pz/*" { # all of them
  capabilities = ["read",
                  "list"] // no writing
} # see the handbook

/* path "pz/*" is not this one */
path "other/*" { policy = "read" }
`;

describe('a rule that is added', () => {
  it('stands behind the old one, with a comment that says why', () => {
    expect(added(TEAM, 'a/b/*')).toBe(`# The team's own secrets.
path "pz/*" { # all of them
  capabilities = ["read",
                  "list"] // no writing
} # see the handbook

# ${WHY}
path "a/b/*" { # all of them
  capabilities = ["read",
                  "list"] // no writing
}

/* path "pz/*" is not this one */
path "other/*" { policy = "read" }
`);
  });

  it.each([
    [
      'path "pz/*" { policy = "read" }',
      `path "pz/*" { policy = "read" }\n# ${WHY}\npath "a/*" { policy = "read" }`,
    ],
    [
      'path "pz/*" { policy = "read" } path "b" {}',
      `path "pz/*" { policy = "read" }\n# ${WHY}\npath "a/*" { policy = "read" } path "b" {}`,
    ],
    ['path "pz/*" {},\npath "b" {}', `path "pz/*" {},\n# ${WHY}\npath "a/*" {}\npath "b" {}`],
    ['path "pz/*" {} /* why */', `path "pz/*" {}\n# ${WHY}\npath "a/*" {} /* why */`],
    ['  path "pz/*" {}\r\n', `  path "pz/*" {}\r\n  # ${WHY}\r\n  path "a/*" {}\r\n`],
    [
      'path = {\n  "pz/*" = { policy = "read" }\n  "b" = {}\n}',
      `path = {\n  "pz/*" = { policy = "read" }\n  # ${WHY}\n  "a/*" = { policy = "read" }\n  "b" = {}\n}`,
    ],
    ['path { "/pz/*" {} }', `path { "/pz/*" {}\n# ${WHY}\n"/a/*" {} }`],
    ['\uFEFFpath "pz/*" {}', `\uFEFFpath "pz/*" {}\n# ${WHY}\npath "a/*" {}`],
  ])('keeps the form of %j', (text, expected) => {
    expect(added(text, 'a/*')).toBe(expected);
  });

  it('keeps the form of JSON, without a comment', () => {
    const pretty = JSON.stringify({ path: { 'pz/*': { capabilities: ['read'] }, b: {} } }, undefined, 2);
    const expected = {
      path: { 'pz/*': { capabilities: ['read'] }, 'a/*': { capabilities: ['read'] }, b: {} },
    };
    expect(added(pretty, 'a/*')).toBe(JSON.stringify(expected, undefined, 2));
    expect(added('{"path":{"pz/*":{"policy":"read"}}}', 'a/*')).toBe(
      '{"path":{"pz/*":{"policy":"read"}, "a/*":{"policy":"read"}}}',
    );
  });

  it('is not added again, nor if somebody wrote the same rule in another form', () => {
    expect(added(added(TEAM, 'a/b/*'), 'a/b/*')).toBe(added(TEAM, 'a/b/*'));
    const both = 'path "pz/*" { capabilities = ["read"] }\npath = { "/a/*": {\n capabilities: ["read",] } }';
    expect(added(both, 'a/*')).toBe(both);
  });

  it('is added beside a rule of its path that says something else', () => {
    const text = 'path "pz/*" { policy = "read" }\npath "a/*" { policy = "write" }\n';
    expect(parsePolicy(added(text, 'a/*')).rules.map(({ path }) => path)).toEqual(['pz/*', 'a/*', 'a/*']);
  });
});

describe('a rule that follows', () => {
  it('gets another path, and nothing else changes', () => {
    expect(followed(TEAM, 'a/b/*')).toBe(TEAM.replace('path "pz/*"', 'path "a/b/*"'));
    expect(followed('{"path": {"pz/*": {}}}', 'a/b/*')).toBe('{"path": {"a/b/*": {}}}');
  });

  it('can take the path of another one, which follows at the same time', () => {
    const edits = [
      { path: 'a/*', to: 'b/*', replaces: true },
      { path: 'b/*', to: 'a/*', replaces: true },
    ];
    const text = 'path "a/*" { policy = "read" }\npath "b/*" { policy = "write" }\n';
    expect(edited(text, edits)).toBe('path "b/*" { policy = "read" }\npath "a/*" { policy = "write" }\n');
  });
});

it.each(['a"b', 'a\\b', `a$\{b}`, 'é\u0001', 'a b'])(
  'the path %j is written so that it is read again',
  (path) => {
    for (const text of ['path "pz/*" {}', 'path = { "pz/*" = {} }', '{"path":{"pz/*":{}}}']) {
      expect(parsePolicy(followed(text, path)).rules.map((rule) => rule.path)).toEqual([path]);
      expect(parsePolicy(added(text, path)).rules.map((rule) => rule.path)).toEqual(['pz/*', path]);
    }
  },
);
