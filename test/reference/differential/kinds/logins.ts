/** userpass and approle: users, roles, secret ids, logins. */

import { type Kinds, listing, step } from '../step.ts';
import { DURATIONS, encoded, someMethod, someOf } from '../values.ts';
import { NEW_TOKEN } from './tokens.ts';

const USERS = ['u', 'U', 'u.v', 'u v', 'ü', '-u', 'u-', 'u_v', 'u/v', 'b@b.b', 'x'.repeat(100)];
const USER_BODIES = [
  ...[{ password: 'p' }, { password: 'p', policies: 'x,y' }, { password: '' }, {}, { password: 1 }],
  ...[
    { password: 'p', token_period: '1h', token_max_ttl: '30m' },
    { password: 'p', token_ttl: '2h', token_max_ttl: '1h' },
  ],
  ...[
    { password: 'p', token_explicit_max_ttl: '10m', token_no_default_policy: true },
    { password: 'p', ttl: '1h', max_ttl: '2h' },
  ],
];
const TOKEN_FIELDS = {
  token_policies: [['x'], 'x,y', '', []],
  token_ttl: DURATIONS,
  token_max_ttl: DURATIONS,
  token_period: DURATIONS,
  token_num_uses: [1, 0, -1, 'x'],
  token_type: ['batch', 'service', 'default', 'default-batch', 'nope'],
  token_bound_cidrs: ['10.0.0.0/8', 'nope', '127.0.0.1', []],
  token_no_default_policy: [true, 'x'],
};
const ROLE_BODIES = [
  ...[{}, { bind_secret_id: false }, { bind_secret_id: false, token_bound_cidrs: '127.0.0.0/8' }],
  ...[
    { token_ttl: '2h', token_max_ttl: '1h' },
    { policies: ['a', 'b'] },
    { local_secret_ids: true },
    { role_id: 'chosen' },
  ],
  ...[
    { secret_id_bound_cidrs: '127.0.0.0/8' },
    { secret_id_bound_cidrs: 'x' },
    { bound_cidr_list: '127.0.0.1/32' },
    { period: '1h' },
  ],
];
const ROLE_FIELDS = { secret_id_ttl: DURATIONS, secret_id_num_uses: [1, 2, 0, -1, 'x'] };
const SECRET_IDS = {
  metadata: ['{"a":"b"}', 'a=b', '', '{"a":1}', '{}', 'x', { a: 'b' }, 1, null],
  ttl: DURATIONS,
  num_uses: [1, 1, 2, 0, -1, '1', 'x', null],
  cidr_list: [['127.0.0.1/32'], '127.0.0.1/32', '127.0.0.0/8,10.0.0.0/8', '10.0.0.0/8', [], '', 'x', null],
  token_bound_cidrs: ['x', '127.0.0.1/32', '10.0.0.0/8', '127.0.0.1', [], null],
};
const ONE_SETTING: Record<string, readonly object[]> = {
  policies: [{ policies: 'x,y' }, { token_policies: ['z'] }, { token_policies: [] }],
  period: [{ token_period: '1h' }, { period: 60 }, { token_period: 'x' }],
  'bind-secret-id': [{ bind_secret_id: true }, { bind_secret_id: false }, { bind_secret_id: 'x' }],
  'token-bound-cidrs': [{ token_bound_cidrs: '127.0.0.1/32' }, { token_bound_cidrs: 'x' }],
  'token-max-ttl': [{ token_max_ttl: '2h' }, { token_max_ttl: 'x' }],
  'token-num-uses': [{ token_num_uses: 3 }, { token_num_uses: 'x' }],
  'token-ttl': [{ token_ttl: '10m' }, { token_ttl: 'x' }],
  'secret-id-bound-cidrs': [{ secret_id_bound_cidrs: '127.0.0.0/8' }, { secret_id_bound_cidrs: 'x' }],
  'secret-id-num-uses': [{ secret_id_num_uses: 2 }, { secret_id_num_uses: -1 }, { secret_id_num_uses: 'x' }],
  'secret-id-ttl': [{ secret_id_ttl: '1h' }, { secret_id_ttl: 'x' }],
  'local-secret-ids': [{ local_secret_ids: true }],
  nothing: [{}],
};

export const LOGIN_KINDS: Kinds = {
  'userpass user': [
    6,
    (chance) =>
      step(
        chance.pick(['POST', 'POST', 'PUT', 'GET', 'DELETE']),
        `auth/${someMethod(chance)}/users/${encoded(chance.pick(USERS))}`,
        {
          body: { ...chance.pick<object>(USER_BODIES), ...someOf(chance, 0.06, TOKEN_FIELDS) },
        },
      ),
  ],
  'userpass login': [
    6,
    (chance) =>
      step(
        'POST',
        `auth/${someMethod(chance)}/login/${encoded(chance.pick(['u', 'u', 'U', 'u.v', 'none', 'u v']))}`,
        {
          body: chance.pick<object>([
            { password: 'p' },
            { password: 'p' },
            { password: 'p' },
            {},
            { password: '' },
            { password: 1 },
          ]),
          token: null,
          keep: NEW_TOKEN,
        },
      ),
  ],
  'userpass rest': [
    3,
    (chance) =>
      chance.pick([
        listing(chance, `auth/${someMethod(chance)}/users`),
        step('POST', `auth/${someMethod(chance)}/users/u/password`, {
          body: chance.pick<object>([{ password: 'p' }, {}, { password: '' }]),
        }),
        step('POST', `auth/${someMethod(chance)}/users/${chance.pick(['u', 'none'])}/policies`, {
          body: chance.pick<object>([{ policies: 'z' }, { token_policies: ['z'] }, {}]),
        }),
      ]),
  ],
  'approle role': [
    6,
    (chance) =>
      step(
        chance.pick(['POST', 'POST', 'GET', 'DELETE']),
        `auth/${chance.pick(['b', 'b', 'a'])}/role/${encoded(chance.pick(['r', 'R', 'r.s', 'r s', 'r-', 'r/s', 'x'.repeat(80)]))}`,
        {
          body: {
            ...chance.pick<object>(ROLE_BODIES),
            ...someOf(chance, 0.1, ROLE_FIELDS),
            ...someOf(chance, 0.05, TOKEN_FIELDS),
          },
        },
      ),
  ],
  'approle ids': [
    6,
    (chance) => {
      const role = `auth/${chance.pick(['b', 'b', 'a'])}/role/${chance.pick(['r', 'r', 'r', 'none'])}`;
      return chance.pick([
        step('GET', `${role}/role-id`, { keep: { roleid: 'data.role_id' } }),
        step('POST', `${role}/secret-id`, {
          body: someOf(chance, 0.15, SECRET_IDS),
          keep: { secretid: 'data.secret_id', secretaccessor: 'data.secret_id_accessor' },
        }),
        step('POST', `${role}/role-id`, {
          body: chance.pick<object>([{ role_id: 'mine' }, {}, { role_id: '' }]),
        }),
        listing(
          chance,
          `auth/b/role${chance.pick(['', '/', '/r/secret-id', '/r/secret-id/', '/none/secret-id', '/none'])}`,
        ),
        step('POST', `${role}/custom-secret-id`, {
          body: chance.pick<object>([
            { secret_id: 'chosen-secret-id-long-enough' },
            { secret_id: 'chosen-secret-id-long-enough', ...someOf(chance, 0.15, SECRET_IDS) },
            {},
          ]),
          keep: { secretid: 'data.secret_id', secretaccessor: 'data.secret_id_accessor' },
        }),
      ]);
    },
  ],
  'approle setting': [
    6,
    (chance) => {
      const [name, bodies] = chance.pick(Object.entries(ONE_SETTING)) as [string, readonly object[]];
      return step(
        chance.pick(['POST', 'POST', 'GET', 'DELETE']),
        `auth/b/role/${chance.pick(['r', 'r', 'r', 'none'])}/${name}`,
        { body: chance.pick<object>([...bodies, {}]) },
      );
    },
  ],
  'approle way in': [
    8,
    (chance) =>
      chance.pick([
        step('GET', 'auth/b/role/r/role-id', { keep: { roleid: 'data.role_id' } }),
        step('POST', 'auth/b/role/r/secret-id', {
          body: someOf(chance, 0.2, {
            num_uses: [1, 2],
            ttl: ['1h'],
            metadata: ['{"a":"b"}'],
            cidr_list: ['127.0.0.0/8', '10.0.0.0/8'],
            token_bound_cidrs: ['127.0.0.1/32', '10.0.0.0/8'],
          }),
          keep: { secretid: 'data.secret_id', secretaccessor: 'data.secret_id_accessor' },
        }),
        step('POST', 'auth/b/login', {
          body: { role_id: '$roleid', secret_id: '$secretid' },
          token: null,
          keep: NEW_TOKEN,
        }),
        step('POST', 'auth/b/role/r/secret-id-accessor/lookup', {
          body: { secret_id_accessor: '$secretaccessor' },
        }),
      ]),
  ],
  'approle secret id': [
    5,
    (chance) =>
      step(
        chance.pick(['POST', 'POST', 'PUT', 'DELETE']),
        `auth/b/role/${chance.pick(['r', 'r', 'none'])}/${chance.pick(['secret-id/lookup', 'secret-id/destroy', 'secret-id-accessor/lookup', 'secret-id-accessor/destroy'])}`,
        {
          body: chance.pick<object>([
            { secret_id: '$secretid', secret_id_accessor: '$secretaccessor' },
            { secret_id: '$secretid', secret_id_accessor: '$secretaccessor' },
            { secret_id: 'nope', secret_id_accessor: 'nope' },
            {},
          ]),
        },
      ),
  ],
  'approle login': [
    6,
    (chance) =>
      step('POST', `auth/${chance.pick(['b', 'b', 'a'])}/login`, {
        body: chance.pick<object>([
          ...[
            { role_id: '$roleid', secret_id: '$secretid' },
            { role_id: '$roleid', secret_id: '$secretid' },
            { role_id: '$roleid' },
          ],
          ...[
            { role_id: 'x', secret_id: 'y' },
            {},
            { secret_id: 'y' },
            { role_id: '$roleid', secret_id: 'nope' },
          ],
        ]),
        token: null,
        keep: NEW_TOKEN,
      }),
  ],
};
