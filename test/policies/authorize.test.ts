/** What the rules of policies allow (contract §5.3). */

import { describe, expect, it } from 'vitest';
import { authorize, buildAcl, capabilitiesOf } from '../../functions/policies/acl.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { acl, allows, OPERATIONS, type Rules, source } from './rules.ts';

/** The first rule takes precedence for the path; without it, the second rule decides. */
const PRIORITIES: [why: string, path: string, winner: string, loser: string][] = [
  ['an exact rule beats a glob', 'secret/a', 'secret/a', 'secret/a*'],
  ['an exact rule beats a segment wildcard', 'secret/a', 'secret/a', 'secret/+'],
  ['the longer glob wins', 'secret/ab', 'secret/a*', 'secret/*'],
  ['the shortest glob loses to any', 'secret/ab', 's*', '*'],
  ['a later first wildcard wins', 'a/b/c/d', 'a/b/+/d', 'a/+/c/d'],
  ['a later glob beats an earlier +', 'a/bcd', 'a/b*', 'a/+'],
  ['a later + beats an earlier glob', 'a/b/c', 'a/b/+', 'a/b*'],
  ['a rule without glob beats one with it', 'a/b', 'a/+', 'a/*'],
  ['a rule without glob beats one with it, behind a +', 'a/x/bar', 'a/+/bar', 'a/+/ba*'],
  ['fewer + win', 'a/x/y/d', 'a/+/y/d', 'a/+/+/d'],
  ['fewer + win among globs', 'a/x/y/d', 'a/+/y/*', 'a/+/+/d*'],
  ['the longer pattern wins', 'a/x/bar', 'a/+/ba*', 'a/+/b*'],
  ['the greater pattern wins in the end', 'a/x/b/c', 'a/+/b/+', 'a/+/+/c'],
];

/** Pattern, paths it matches, paths it does not. */
const MATCHES: [pattern: string, matching: string[], others: string[]][] = [
  ['secret/*', ['secret/', 'secret/a', 'secret/a/b'], ['secret', 'secre', 'secrets/a']],
  ['secret/a*', ['secret/a', 'secret/ab', 'secret/a/b'], ['secret/', 'secret/b']],
  ['*', ['', 'a', 'a/b'], []],
  ['secret/a*b', ['secret/a*b'], ['secret/axb', 'secret/ab']],
  ['secret/a**', ['secret/a*', 'secret/a*b'], ['secret/a', 'secret/ab']],
  ['secret/a', ['secret/a'], ['secret/a/', 'secret/ab', 'secret', 'Secret/a']],
  ['+', ['a', ''], ['a/', 'a/b']],
  ['+/b', ['a/b', '/b'], ['b', 'a/b/', 'a/a/b']],
  ['a/+/c', ['a/b/c', 'a//c', 'a/+/c'], ['a/c', 'a/b/b/c', 'a/b/c/']],
  ['a/+/', ['a/b/'], ['a/b', 'a/b/c']],
  ['a/+/b*', ['a/x/b', 'a/x/bc', 'a/x/b/c/d'], ['a/x/c', 'a/b', 'a/x/y/b']],
  ['a/+/*', ['a/x/', 'a/x/y/z'], ['a/x', 'a/']],
  ['a/b+', ['a/b+'], ['a/bc', 'a/b/c']],
  ['a/+b', ['a/+b'], ['a/xb', 'a/b']],
  ['+/+', ['a/b'], ['a', 'a/b/c']],
];

describe('authorize', () => {
  it.each(OPERATIONS)('allows %s with this capability alone, and nothing else', (operation) => {
    const of = acl({ a: operation, 'a/': operation });

    const allowed = OPERATIONS.filter((other) => allows(of, other, 'a'));

    expect(allowed).toEqual([operation]);
  });

  it('allows nothing without policies, nor where no rule matches', () => {
    expect(allows(buildAcl([]), 'read', 'a')).toBe(false);
    expect(allows(acl({ b: 'read' }), 'read', 'a')).toBe(false);
  });

  it('always allows help, on paths that need sudo too', () => {
    expect(authorize(acl({ '*': 'deny' }), { operation: 'help', path: 'a' })).toMatchObject({
      allowed: true,
      sudo: true,
    });
  });

  it.each([
    ['update', { allowed: true, sudo: false, root: false }],
    ['update sudo', { allowed: true, sudo: true, root: false }],
    ['sudo', { allowed: false, sudo: true, root: false }],
    ['sudo deny', { allowed: false, sudo: false, root: false }],
  ])('distinguishes sudo from the capability itself: %s', (capabilities, access) => {
    const of = acl({ 'sys/remount': capabilities });

    expect(authorize(of, { operation: 'update', path: 'sys/remount' })).toEqual(access);
  });

  it.each(MATCHES)('matches %j as it should', (pattern, matching, others) => {
    const of = acl({ [pattern]: 'read' });

    const matched = [...matching, ...others].filter((path) => allows(of, 'read', path));

    expect(matched).toEqual(matching);
  });

  it.each(PRIORITIES)('%s', (_why, path, winner, loser) => {
    for (const [first, second] of [
      [winner, loser],
      [loser, winner],
    ] as const) {
      const of = acl({
        [first]: first === winner ? 'read' : 'update',
        [second]: second === winner ? 'read' : 'update',
      });

      expect(allows(of, 'read', path)).toBe(true);
      expect(allows(of, 'update', path)).toBe(false);
    }
    expect(allows(acl({ [loser]: 'update' }), 'update', path)).toBe(true);
  });

  it.each(['', 'list', 'deny'])('does not consult weaker rules when the best rule has %j', (capabilities) => {
    const of = acl({ 'secret/a': capabilities, 'secret/*': 'read', '+/a': 'read' });

    expect(allows(of, 'read', 'secret/a')).toBe(false);
    expect(allows(of, 'read', 'secret/b')).toBe(true);
  });

  it.each(['a', 'a/*', 'a/+'])('unites the capabilities that several policies give the path %j', (path) => {
    const of = buildAcl([source({ [path]: 'read' }), source({ [path]: 'update' }), source({ [path]: '' })]);
    const target = path === 'a' ? 'a' : 'a/b';

    expect(capabilitiesOf(of, target)).toEqual(['read', 'update']);
  });

  it.each([
    ['first', [{ a: 'deny' }, { a: 'read sudo' }]],
    ['last', [{ a: 'read sudo' }, { a: 'deny' }]],
    ['between', [{ a: 'read' }, { '/a': 'deny' }, { a: 'update' }]],
    ['beside others', [{ a: 'read deny update' }]],
  ] as [string, Rules[]][])(
    'lets a deny that comes %s win over everything for its path',
    (_where, policies) => {
      const of = buildAcl(policies.map((rules) => source(rules)));

      expect(capabilitiesOf(of, 'a')).toEqual(['deny']);
      expect(OPERATIONS.some((operation) => allows(of, operation, 'a'))).toBe(false);
    },
  );

  it('unites two rules of one policy for the same path', () => {
    const text = 'path "a" { capabilities = ["read"] }\npath "/a" { capabilities = ["list"] }';

    expect(capabilitiesOf(buildAcl([{ namespacePath: '', policy: parsePolicy(text) }]), 'a')).toEqual([
      'list',
      'read',
    ]);
  });

  it('leaves the policies it was built from as they were', () => {
    const policies = [source({ a: 'read', 'b/*': 'list' }), source({ a: 'deny', 'b/*': 'deny' })];
    const before = structuredClone(policies);

    buildAcl(policies);

    expect(policies).toEqual(before);
  });

  it('applies a rule until it expires, and never without a time', () => {
    const policy = parsePolicy('path "a" { capabilities = ["read"] expiration = "2030-01-01" }');
    const end = Date.UTC(2030, 0, 1);

    expect(allows(buildAcl([{ namespacePath: '', policy }], end - 1), 'read', 'a')).toBe(true);
    expect(allows(buildAcl([{ namespacePath: '', policy }], end), 'read', 'a')).toBe(false);
    expect(allows(buildAcl([{ namespacePath: '', policy }]), 'read', 'a')).toBe(false);
  });

  it('returns the lowest limits on wrapping of a path', () => {
    const policies = [
      'min_wrapping_ttl = 60',
      'min_wrapping_ttl = 30 max_wrapping_ttl = 90',
      'max_wrapping_ttl = 100',
    ];
    const text = policies.map((bound) => `path "a" { capabilities = ["read"] ${bound} }`).join('\n');

    const access = authorize(buildAcl([{ namespacePath: '', policy: parsePolicy(text) }]), {
      operation: 'read',
      path: 'a',
    });

    expect(access).toEqual({
      allowed: true,
      sudo: false,
      root: false,
      minWrappingTtl: 30,
      maxWrappingTtl: 90,
    });
  });
});

describe.each(['list', 'scan'] as const)('authorize, when asked to %s', (operation) => {
  const SCENES: [why: string, rules: Rules, path: string, allowed: boolean][] = [
    ['a path without slash counts as one with it', { 'secret/*': operation }, 'secret', true],
    ['the exact rule with the slash comes first', { 'a/': operation, a: 'deny' }, 'a', true],
    ['the exact rule with the slash decides alone', { 'a/': 'read', a: operation }, 'a', false],
    ['the exact rule without slash comes second', { a: operation, 'a/*': 'deny' }, 'a/', true],
    ['a pattern for the slash comes third', { 'a/*': operation, '+': 'deny' }, 'a', true],
    ['a deny on what is below holds for the listing', { 'a/*': operation, 'a/b/*': 'deny' }, 'a/b', false],
    ['a pattern without slash comes last', { '+/b': operation }, 'a/b/', true],
    ['a + does not reach over a slash', { '+': operation }, 'a/b', false],
    ['nothing else is tried', { b: operation }, 'a', false],
  ];

  it.each(SCENES)('%s', (_why, rules, path, allowed) => {
    expect(allows(acl(rules), operation, path)).toBe(allowed);
  });

  it('does not give other operations the path without slash', () => {
    expect(allows(acl({ a: 'read' }), 'read', 'a/')).toBe(false);
    expect(allows(acl({ 'a/': 'read' }), 'read', 'a')).toBe(false);
  });
});

describe('capabilitiesOf', () => {
  it.each([
    ['sorted', { a: 'update sudo read create' }, 'a', ['create', 'read', 'sudo', 'update']],
    ['deny for nothing', {}, 'a', ['deny']],
    ['deny for a rule without capabilities', { a: '' }, 'a', ['deny']],
    ['deny alone', { a: 'read deny' }, 'a', ['deny']],
    ['those without slash for a path with it', { a: 'read' }, 'a/', ['read']],
    ['no others for a path without slash', { 'a/': 'read' }, 'a', ['deny']],
    ['those of the path as it is', { a: 'read', 'a/': 'list' }, 'a', ['read']],
  ] as [string, Rules, string, string[]][])('gives %s', (_what, rules, path, capabilities) => {
    expect(capabilitiesOf(acl(rules), path)).toEqual(capabilities);
  });
});
