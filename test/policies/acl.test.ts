/** What policies allow (contract §5.3), rule by rule. */

import { describe, expect, it } from 'vitest';
import {
  type Acl,
  authorize,
  buildAcl,
  capabilitiesOf,
  mayReachMount,
  type Operation,
} from '../../functions/policies/acl.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';

/** Path → capabilities, as one policy of a namespace. */
type Rules = Record<string, string>;

function source(rules: Rules, namespacePath = '') {
  const blocks = Object.entries(rules).map(([path, names]) => {
    const capabilities = names.split(' ').filter((name) => name !== '');
    return `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }`;
  });
  return { namespacePath, policy: parsePolicy(blocks.join('\n')) };
}

function acl(rules: Rules, namespacePath = ''): Acl {
  return buildAcl([source(rules, namespacePath)]);
}

function allows(of: Acl, operation: Operation, path: string): boolean {
  return authorize(of, { operation, path }).allowed;
}

const OPERATIONS: Operation[] = ['read', 'list', 'update', 'create', 'delete', 'patch', 'scan'];

/** Of the rules, the first is meant to win for the path; the second would, were the first not there. */
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
  it.each(OPERATIONS)('allows %s to whoever has just this capability, and nothing else', (operation) => {
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
  ])('tells sudo from the capability itself: %s', (capabilities, access) => {
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

  it.each(['', 'list', 'deny'])('does not fall through a winning rule that has %j', (capabilities) => {
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

  it('unites what one policy says twice about a path', () => {
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

  it('counts a rule until it expires, and not at all when nobody tells the time', () => {
    const policy = parsePolicy('path "a" { capabilities = ["read"] expiration = "2030-01-01" }');
    const end = Date.UTC(2030, 0, 1);

    expect(allows(buildAcl([{ namespacePath: '', policy }], end - 1), 'read', 'a')).toBe(true);
    expect(allows(buildAcl([{ namespacePath: '', policy }], end), 'read', 'a')).toBe(false);
    expect(allows(buildAcl([{ namespacePath: '', policy }]), 'read', 'a')).toBe(false);
  });

  it('hands over the lowest bounds on wrapping that a path has', () => {
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

describe('policies and namespaces', () => {
  it.each(['secret/a', 'secret/*', 'secret/+', '+/a', '*'])(
    'puts %j under its policy’s namespace',
    (path) => {
      const of = acl({ [path]: 'read' }, 'ns1/ns2/');

      const paths = [
        'secret/a',
        'ns1/secret/a',
        'ns1/ns2/secret/a',
        'ns1/ns2/ns3/secret/a',
        'ns1/ns22/secret/a',
      ];

      const reached = path === '*' ? ['ns1/ns2/secret/a', 'ns1/ns2/ns3/secret/a'] : ['ns1/ns2/secret/a'];
      expect(paths.filter((full) => allows(of, 'read', full))).toEqual(reached);
    },
  );

  it('lets a policy grant into children, by name or by wildcard', () => {
    expect(allows(acl({ 'ns1/secret/*': 'read' }), 'read', 'ns1/secret/a')).toBe(true);
    expect(allows(acl({ '+/secret/*': 'read' }), 'read', 'ns1/secret/a')).toBe(true);
    expect(allows(acl({ 'ns2/secret/*': 'read' }, 'ns1/'), 'read', 'ns1/ns2/secret/a')).toBe(true);
  });

  it.each(['../secret/a', '/../secret/a', '/secret/a', '//secret/a'])(
    'lets no policy name its parent by %j',
    (path) => {
      expect(allows(acl({ [path]: 'read' }, 'ns1/'), 'read', 'secret/a')).toBe(false);
    },
  );

  it.each(['secret/a', 'secret/a*', 'secret/+'])(
    'unites rules that write one path from different namespaces: %s',
    (path) => {
      const parent = source({ [`ns1/${path}`]: 'read' });

      expect(
        capabilitiesOf(buildAcl([parent, source({ [path]: 'update' }, 'ns1/')]), 'ns1/secret/a'),
      ).toEqual(['read', 'update']);
      expect(capabilitiesOf(buildAcl([source({ [path]: 'deny' }, 'ns1/'), parent]), 'ns1/secret/a')).toEqual([
        'deny',
      ]);
    },
  );

  it('takes the name of a namespace literally, even when it is a +', () => {
    const own = source({ 'secret/+': 'read' }, '+/');
    const parent = source({ '+/secret/+': 'deny' });

    expect(allows(buildAcl([own]), 'read', '+/secret/a')).toBe(true);
    expect(allows(buildAcl([own]), 'read', 'ns1/secret/a')).toBe(false);
    expect(capabilitiesOf(buildAcl([parent, own]), '+/secret/a')).toEqual(['read']);
  });
});

describe('the policy root', () => {
  const of = buildAcl([{ namespacePath: 'ns1/', root: true }]);

  it.each([...OPERATIONS, 'help'] as Operation[])('allows %s in its namespace and below', (operation) => {
    for (const path of ['ns1/', 'ns1/sys/remount', 'ns1/ns2/secret/a']) {
      expect(authorize(of, { operation, path })).toEqual({ allowed: true, sudo: true, root: true });
    }
  });

  it.each(['', 'secret/a', 'ns1', 'ns2/secret/a', 'ns11/secret/a'])(
    'gives nothing on %j, outside of it',
    (path) => {
      expect(authorize(of, { operation: 'read', path })).toEqual({
        allowed: false,
        sudo: false,
        root: false,
      });
      expect(capabilitiesOf(of, path)).toEqual(['deny']);
      expect(mayReachMount(of, `${path}/`)).toBe(path === 'ns1');
    },
  );

  it('gives everything everywhere in the root namespace', () => {
    const everywhere = buildAcl([{ namespacePath: '', root: true }]);

    expect(capabilitiesOf(everywhere, 'ns1/secret/a')).toEqual(['root']);
    expect(authorize(everywhere, { operation: 'update', path: 'sys/remount' }).root).toBe(true);
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

describe('mayReachMount', () => {
  const SCENES: [what: string, rules: Rules, visible: boolean][] = [
    ['no rule', {}, false],
    ['a rule at the mount', { 'kv/team/': 'list' }, true],
    ['a rule at the mount without its slash', { 'kv/team': 'list' }, true],
    ['a rule below', { 'kv/team/a/b': 'read' }, true],
    ['a glob at the mount', { 'kv/team/*': 'read' }, true],
    ['a glob below', { 'kv/team/a/b*': 'read' }, true],
    ['a glob above', { 'kv/*': 'read' }, true],
    ['a glob in the middle of the name', { 'kv/te*': 'read' }, true],
    ['a glob on everything', { '*': 'sudo' }, true],
    ['a wildcard for the mount', { 'kv/+/a': 'read' }, true],
    ['a wildcard above', { '+/team/a': 'read' }, true],
    ['a wildcard below', { 'kv/team/+/b': 'read' }, true],
    ['a wildcard and a glob above', { '+/te*': 'read' }, true],
    ['a rule beside', { 'kv/tea/a': 'read', 'kv/teams/a': 'read', kv: 'read', 'kv/': 'read' }, false],
    ['a wildcard beside', { 'kv/+': 'deny', '+/other/a': 'read', '+': 'read', 'kv/teams*': 'read' }, false],
    ['only a deny', { 'kv/team/*': 'deny' }, false],
    ['only rules without capabilities', { 'kv/team/a': '', 'kv/+/b': '' }, false],
    ['a deny that covers it all', { '*': 'read', 'kv/team/*': 'deny' }, false],
    ['a deny with something open below', { 'kv/team/*': 'deny', 'kv/team/a': 'read' }, true],
    ['a deny at the mount itself only', { '*': 'read', 'kv/team/': 'deny' }, true],
  ];

  it.each(SCENES)('judges %s', (_what, rules, visible) => {
    expect(mayReachMount(acl(rules), 'kv/team/')).toBe(visible);
    expect(mayReachMount(acl(rules, 'ns1/'), 'ns1/kv/team/')).toBe(visible);
  });

  it('shows no mount of another namespace', () => {
    expect(mayReachMount(acl({ '*': 'read', '+/a': 'read' }, 'ns1/'), 'kv/team/')).toBe(false);
  });
});
