/** How the text of a policy is compiled, and the texts of refusals (contract §5.1, §5.2). */

import { describe, expect, it } from 'vitest';
import { MAX_COMPILED_POLICY_BYTES } from '../../functions/limits.ts';
import { DEFAULT_POLICY } from '../../functions/policies/builtinPolicies.ts';
import { PolicyError, parsePolicy } from '../../functions/policies/policy.ts';

const READ = 'capabilities = ["read"]';

/** The block of `path "a"` → the rule. */
const RULES: [body: string, rule: object][] = [
  [READ, { capabilities: ['read'] }],
  ['', { capabilities: [] }],
  ['capabilities = []', { capabilities: [] }],
  [
    'capabilities = ["create", "read", "update", "delete", "list", "patch", "sudo", "scan"]',
    { capabilities: ['create', 'read', 'update', 'delete', 'list', 'patch', 'sudo', 'scan'] },
  ],
  ['capabilities = ["read", "read"]', { capabilities: ['read'] }],
  [`${READ}\ncapabilities = ["list"]`, { capabilities: ['read', 'list'] }],
  ['capabilities = ["read", "deny"]', { capabilities: ['deny'] }],
  ['capabilities = ["deny", "foo"]', { capabilities: ['deny'] }],
  ['policy = "read"', { capabilities: ['read', 'list'] }],
  ['policy = "write"', { capabilities: ['create', 'read', 'update', 'delete', 'list'] }],
  ['policy = "sudo"', { capabilities: ['create', 'read', 'update', 'delete', 'list', 'sudo'] }],
  ['policy = "deny"', { capabilities: ['deny'] }],
  [`policy = "deny" ${READ}`, { capabilities: ['deny'] }],
  ['policy = "read" capabilities = ["patch"]', { capabilities: ['patch', 'read', 'list'] }],
  [
    'allowed_parameters = { Name = ["a*", 1, true, { x = [2] }], "*" = [] }',
    {
      capabilities: [],
      allowedParameters: [
        { name: 'name', values: ['a*', 1, true, { x: [2] }] },
        { name: '*', values: [] },
      ],
    },
  ],
  [
    'denied_parameters { "Ab" = [] }\ndenied_parameters { c = { d = 1 } }',
    {
      capabilities: [],
      deniedParameters: [
        { name: 'ab', values: [] },
        { name: 'c', values: [{ d: 1 }] },
      ],
    },
  ],
  ['allowed_parameters = {}', { capabilities: [] }],
  ['required_parameters = ["Name", "ttl"]', { capabilities: [], requiredParameters: ['name', 'ttl'] }],
  [
    'min_wrapping_ttl = "1m" max_wrapping_ttl = 90',
    { capabilities: [], minWrappingTtl: 60, maxWrappingTtl: 90 },
  ],
  ['min_wrapping_ttl = 0', { capabilities: [] }],
  ['pagination_limit = 5', { capabilities: [], paginationLimit: 5 }],
  ['pagination_limit = "5"', { capabilities: [], paginationLimit: 5 }],
  ['pagination_limit = 0', { capabilities: [] }],
  ['expiration = "2030-01-01T00:00:00+01:00"', { capabilities: [], expiresAt: Date.UTC(2029, 11, 31, 23) }],
  ['expiration = 1893456000', { capabilities: [], expiresAt: Date.UTC(2030, 0, 1) }],
  [
    'comment = "x" mfa_methods = ["m"] list_scan_response_keys_filter_path = "{{ .key }}"',
    { capabilities: [] },
  ],
  ['control_group = { factor "f" { identity { group_names = ["g"] approvals = 1 } } }', { capabilities: [] }],
];

const PATHS: [written: string, path: string][] = [
  ['secret/a', 'secret/a'],
  ['/secret/a', 'secret/a'],
  ['//secret/a', '/secret/a'],
  ['secret/*', 'secret/*'],
  ['*', '*'],
  ['a/**', 'a/**'],
  ['a*b', 'a*b'],
  ['a/+/b*', 'a/+/b*'],
  ['+', '+'],
  ['', ''],
];

/** The whole text → the whole error. */
const REFUSED: [text: string, message: string][] = [
  ['path "a" { capabilities = ["foo"] }', 'path "a": invalid capability "foo"'],
  ['path "a" { capabilities = ["read", "root"] }', 'path "a": invalid capability "root"'],
  ['path "/a\\"b" { capabilities = ["foo"] }', 'path "/a\\"b": invalid capability "foo"'],
  ['path "a" { policy = "foo" }', 'path "a": invalid policy "foo"'],
  ['path "a" { policy = "constructor" }', 'path "a": invalid policy "constructor"'],
  ['path "a+*" { }', `path "a+*": invalid use of wildcards ('+*' is forbidden)`],
  ['path "/a/+*/b" { }', `path "a/+*/b": invalid use of wildcards ('+*' is forbidden)`],
  [`path "a" { ${READ} }\nx = 1`, 'invalid key "x" on line 2'],
  ['\nx "a" { }', 'invalid key "x" on line 2'],
  ['path "a" {\n  x = 1\n}', 'path "a": invalid key "x" on line 2'],
  ['path "a" {\n\n  capability = ["read"]\n}', 'path "a": invalid key "capability" on line 3'],
  ['path "a" "b" { }', 'path "a": invalid key "b" on line 1'],
  ['{"path": {"a": {\n"x": 1}}}', 'path "a": invalid key "x" on line 2'],
  ['{"x": 1}', 'invalid key "x" on line 1'],
  ['path "a" { capabilities = "read" }', 'path "a": capabilities must be a list of strings'],
  ['path "a" { capabilities = [1] }', 'path "a": capabilities must be a list of strings'],
  ['path "a" { required_parameters = [1] }', 'path "a": required_parameters must be a list of strings'],
  ['path "a" { allowed_parameters = { b = "c" } }', 'path "a": allowed_parameters: "b" must be a list'],
  ['path "a" { denied_parameters = "b" }', 'path "a": denied_parameters: expected a block'],
  ['path = "a"', 'path: expected a block'],
  ['path { capabilities = ["read"] }', 'path "capabilities": expected a block'],
  ['path "a" { min_wrapping_ttl = "soon" }', 'error parsing min_wrapping_ttl: invalid duration "soon"'],
  [
    'path "a" { min_wrapping_ttl = "2m" max_wrapping_ttl = "1m" }',
    'max_wrapping_ttl cannot be less than min_wrapping_ttl',
  ],
  ['path "a" { pagination_limit = 1.5 }', 'path "a": pagination_limit must be a whole number, got 1.5'],
  ['path "a" { expiration = "soon" }', 'path "a": invalid expiration time: "soon"'],
  ['path "a/{{b" { }', 'failed to validate policy templating: unbalanced templating characters'],
  ['path "a}}/{{b}}" { }', 'failed to validate policy templating: unbalanced templating characters'],
  ['path "a" { capabilities = ["read"', 'expected "," or "]", got the end on line 1'],
  ['nonsense', 'expected a value or a block, got the end on line 1'],
];

describe('parsePolicy', () => {
  it.each(RULES)('compiles %j', (body, rule) => {
    expect(parsePolicy(`path "a" {\n${body}\n}`)).toEqual({ rules: [{ path: 'a', ...rule }] });
  });

  it.each(PATHS)('reads the path %j as %j', (written, path) => {
    expect(parsePolicy(`path "${written}" { }`).rules).toEqual([{ path, capabilities: [] }]);
  });

  it.each(REFUSED)('refuses %j', (text, message) => {
    expect(() => parsePolicy(text)).toThrow(new PolicyError(message));
    expect(new PolicyError(message).message).toBe(`failed to parse policy: ${message}`);
  });

  it('keeps the rules in their order, also those of one path', () => {
    const text = `name = "n"\npath "b" { ${READ} }\npath "a" { }\npath "b" { policy = "deny" }`;

    expect(parsePolicy(text).rules).toEqual([
      { path: 'b', capabilities: ['read'] },
      { path: 'a', capabilities: [] },
      { path: 'b', capabilities: ['deny'] },
    ]);
  });

  it.each([
    '{"path":{"a/*":{"capabilities":["read"]},"b":{"policy":"deny"}}}',
    '{"path":[{"a/*":{"capabilities":["read"]}},{"b":[{"policy":"deny"}]}]}',
    ' {"path":{"a/*":{"capabilities":["read"]}},"name":"n","path":{"b":{"capabilities":["deny"]}}}',
  ])('reads the JSON form %s', (text) => {
    expect(parsePolicy(text).rules).toEqual([
      { path: 'a/*', capabilities: ['read'] },
      { path: 'b', capabilities: ['deny'] },
    ]);
  });

  it('does not let a repeated JSON key hide a deny', () => {
    const text = '{"path":{"a":{"capabilities":["deny"]},"a":{"capabilities":["read"]}}}';

    expect(parsePolicy(text).rules.map(({ capabilities }) => capabilities)).toEqual([['deny'], ['read']]);
  });

  it('drops paths with identity templates, but checks them', () => {
    const templated = (body: string) =>
      `path "secret/{{identity.entity.id}}/*" { ${body} } path "b" { ${READ} }`;

    expect(parsePolicy(templated(READ)).rules).toEqual([{ path: 'b', capabilities: ['read'] }]);
    expect(() => parsePolicy(templated('capabilities = ["foo"]'))).toThrow('invalid capability "foo"');
  });

  it('refuses a text whose compiled rules are too long for the item', () => {
    const rules = Array.from({ length: 4_000 }, () => 'path a{policy="sudo"}');

    expect(() => parsePolicy(rules.join(''))).toThrow(
      new PolicyError(`its rules are longer than ${MAX_COMPILED_POLICY_BYTES} bytes`),
    );
  });

  it('has no rules for empty text', () => {
    expect(parsePolicy('')).toEqual({ rules: [] });
  });
});

describe('DEFAULT_POLICY', () => {
  it('has exactly the paths of the contract that need no identity', () => {
    const capabilities = Object.fromEntries(
      parsePolicy(DEFAULT_POLICY).rules.map((rule) => [rule.path, rule.capabilities]),
    );

    expect(capabilities).toEqual({
      'auth/token/lookup-self': ['read'],
      'auth/token/renew-self': ['update'],
      'auth/token/revoke-self': ['update'],
      'sys/capabilities-self': ['update'],
      'sys/internal/ui/resultant-acl': ['read'],
      'sys/leases/renew': ['update'],
      'sys/leases/lookup': ['update'],
      'cubbyhole/*': ['create', 'read', 'update', 'delete', 'list'],
      'sys/wrapping/wrap': ['update'],
      'sys/wrapping/lookup': ['update'],
      'sys/wrapping/unwrap': ['update'],
      'sys/tools/hash': ['update'],
      'sys/tools/hash/*': ['update'],
    });
  });
});
