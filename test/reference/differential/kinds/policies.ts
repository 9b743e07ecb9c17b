/** Policies, and what they allow. */

import type { Chance } from '../../../support/chance.ts';
import { type Kinds, listing, step } from '../step.ts';
import { DURATIONS, encoded } from '../values.ts';

const NAMES = [
  'p',
  'q',
  'Up',
  'with space',
  'ü',
  'a/b',
  'root',
  'default',
  'control-group',
  'response-wrapping',
  'p.q',
  'p,q',
  'LONG'.repeat(40),
];

const RULES = [
  'path "a/*" { capabilities = ["read"] }',
  'path "a/*" { capabilities = ["read","list","create","update","delete","patch","sudo"] }',
  'path "a/+/b" { policy = "write" }',
  'path "a" { capabilities = ["nope"] }',
  'path "a" { capabilities = "read" }',
  'pth "a" {}',
  '',
  'path "a" { foo = 1 }',
  '{"path":{"a/*":{"capabilities":["read"]}}}',
  'path "a" {',
  '# comment only',
  'name = "x"\npath "*" { capabilities = ["deny"] }',
  'path "a" { capabilities = ["read"] min_wrapping_ttl = "1h" max_wrapping_ttl = "1s" }',
  'path "a" { capabilities = ["update"] allowed_parameters = { "x" = [] } }',
  'path "a" { capabilities = ["read"], }',
  'path a { capabilities = ["read"] }',
  'path "a+" { capabilities = ["read"] }',
  'path "a/*/b" { capabilities = ["read"] }',
  Buffer.from('path "b" { capabilities = ["read"] }').toString('base64'),
  'path "{{identity.entity.id}}/*" { capabilities = ["read"] }',
  'path "/a" { capabilities = ["read"] }',
  'path "a" { expiration = "2001-01-01T00:00:00Z" capabilities = ["read"] }',
];

export const POLICY_KINDS: Kinds = {
  'policy write': [
    7,
    (chance) => step(chance.pick(['POST', 'PUT']), onePolicy(chance), { body: policy(chance) }),
  ],
  'policy read': [4, (chance) => step('GET', onePolicy(chance))],
  'policy list': [
    2,
    (chance) =>
      listing(chance, `sys/${chance.pick(['policies/acl', 'policy', 'policies', 'policies/acl/a'])}`),
  ],
  'policy list plain': [1, (chance) => step('GET', `sys/${chance.pick(['policies/acl', 'policy'])}`)],
  'policy delete': [2, (chance) => step('DELETE', onePolicy(chance))],
  capabilities: [
    4,
    (chance) =>
      step('POST', `sys/${chance.pick(['capabilities-self', 'capabilities', 'capabilities-accessor'])}`, {
        body: {
          ...chance.pick<object>([
            { paths: ['a/k'] },
            { path: 'a/k' },
            { paths: 'a/k,b' },
            { paths: [] },
            {},
            { paths: ['sys/remount', 'a', 'a/', '/a', 'b/data/x'] },
          ]),
          ...chance.pick<object>([
            { token: '$token', accessor: '$accessor' },
            { token: 'nope', accessor: 'nope' },
            {},
          ]),
        },
      }),
  ],
};

const onePolicy = (chance: Chance): string =>
  `sys/${chance.pick(['policies/acl', 'policy'])}/${encoded(chance.pick(NAMES))}`;

function policy(chance: Chance): object {
  const text = chance.pick(RULES);
  return chance.pick<object>([
    ...[{ policy: text }, { policy: text }, { rules: text }, {}, { policy: 1 }],
    ...[
      { policy: text, cas: chance.pick([0, 1, -1]) },
      { policy: RULES[0], cas_required: true },
      { policy: RULES[0], ttl: chance.pick(DURATIONS) },
    ],
  ]);
}
