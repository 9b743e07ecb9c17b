/** ssh, whose one-time passwords are leases, and leases by themselves. */

import { type Kinds, listing, maybeAs, step } from '../step.ts';
import { DURATIONS, encoded, someEngine, someOf } from '../values.ts';

const OTP = { key_type: 'otp', default_user: 'u', cidr_list: '0.0.0.0/0' };
const ROLES = [
  ...[
    OTP,
    { ...OTP, cidr_list: '10.0.0.0/8', exclude_cidr_list: '10.1.0.0/16', port: 2222, allowed_users: 'x,y' },
  ],
  ...[{ key_type: 'otp' }, { key_type: 'dynamic' }, {}, { ...OTP, cidr_list: 'nope' }, { ...OTP, port: 'x' }],
];
const ROLE_FIELDS = {
  key_type: ['otp', 'OTP', 'ca', '', null],
  default_user: ['v', '', 1, null],
  cidr_list: ['10.0.0.0/8, 1.2.3.0/24', '1.2.3.4', '::/0', '', ['10.0.0.0/8'], null],
  exclude_cidr_list: ['1.2.3.4/32', '', 'x', null],
  allowed_users: ['*', 'x', 'x, y', '', ['x'], null],
  port: [0, -1, 70000, '22', '', null],
  max_ttl: ['1h'],
};

export const LEASE_KINDS: Kinds = {
  'ssh role': [
    5,
    (chance) =>
      step(
        chance.pick(['POST', 'POST', 'GET', 'DELETE']),
        `${chance.pick(['c/d', 'a'])}/roles/${encoded(chance.pick(['r', 'R', 's.t', 'x y']))}`,
        { body: chance.pick<object>(ROLES) },
      ),
  ],
  'ssh role field': [
    4,
    (chance) =>
      step('POST', `c/d/roles/${chance.pick(['r', 'r', 's'])}`, {
        body: { ...OTP, ...someOf(chance, 0.3, ROLE_FIELDS) },
      }),
  ],
  'ssh any address': [
    3,
    (chance) =>
      step(chance.pick(['POST', 'POST', 'GET', 'DELETE']), 'c/d/config/zeroaddress', {
        body: chance.pick<object>([
          { roles: 'r' },
          { roles: ['r', 's'] },
          { roles: 'none' },
          { roles: [] },
          {},
        ]),
      }),
  ],
  'ssh roles': [2, (chance) => listing(chance, `${someEngine(chance)}/roles`)],
  'ssh creds': [
    6,
    (chance) =>
      step('POST', `${chance.pick(['c/d', 'c/d', 'a'])}/creds/${chance.pick(['r', 'r', 'none'])}`, {
        body: chance.pick<object>([
          { ip: '1.2.3.4' },
          { ip: '10.2.3.4' },
          { ip: '10.1.3.4' },
          { ip: 'x' },
          {},
          { ip: '1.2.3.4', username: 'x' },
          { ip: '::1' },
        ]),
        keep: { lease: 'lease_id', otp: 'data.key' },
        ...maybeAs(chance, 0.2),
      }),
  ],
  'ssh verify': [
    3,
    (chance) =>
      step('POST', `${chance.pick(['c/d', 'a'])}/verify`, {
        body: chance.pick<object>([{ otp: '$otp' }, { otp: 'nope' }, { otp: 'verify-echo-request' }, {}]),
        token: null,
      }),
  ],
  'ssh lookup': [
    2,
    (chance) =>
      step('POST', `${chance.pick(['c/d', 'a'])}/lookup`, {
        body: chance.pick<object>([{ ip: '1.2.3.4' }, { ip: '10.1.2.3' }, {}, { ip: 'x' }, { ip: '::1' }]),
      }),
  ],
  'ssh other': [
    1,
    (chance) =>
      step(
        'GET',
        `${chance.pick(['c/d', 'a'])}/${chance.pick(['config/zeroaddress', 'nothing', 'creds/r', 'lookup', 'verify'])}`,
      ),
  ],
  lease: [
    6,
    (chance) =>
      step(
        chance.pick(['POST', 'PUT']),
        `sys/leases/${chance.pick(['lookup', 'lookup', 'renew', 'revoke'])}`,
        {
          body: chance.pick<object>([
            ...[
              { lease_id: '$lease' },
              { lease_id: '$lease', increment: chance.pick(DURATIONS) },
              { lease_id: '$lease', sync: true },
            ],
            ...[{ lease_id: 'nope' }, {}, { lease_id: 'a/creds/r/nope' }, { lease_id: '' }],
          ]),
        },
      ),
  ],
  'lease of a secret': [
    4,
    (chance) =>
      chance.pick([
        step('POST', 'sys/mounts/a/tune', {
          body: { options: { leased_passthrough: chance.pick(['true', 'true', 'x', '']) } },
        }),
        step('POST', 'a/leased', {
          body: chance.pick<object>([{ ttl: '1h' }, { lease: '30m' }, { v: 1 }, { ttl: '1s' }]),
        }),
        step('GET', 'a/leased', { keep: { lease: 'lease_id' }, ...maybeAs(chance, 0.3) }),
      ]),
  ],
  'lease of a token': [
    4,
    (chance) =>
      chance.pick([
        step('GET', 'sys/leases/lookup/auth/token/create?list=true', { keep: { life: 'data.keys.0' } }),
        step('GET', 'sys/leases/lookup/auth/a/login/u?list=true', { keep: { login: 'data.keys.0' } }),
        step('POST', `sys/leases/${chance.pick(['lookup', 'renew', 'revoke'])}`, {
          body: { lease_id: chance.pick(['auth/token/create/$life', 'auth/a/login/u/$login']) },
        }),
      ]),
  ],
  'lease by path': [
    2,
    (chance) =>
      step(
        'PUT',
        `sys/leases/${chance.pick(['renew', 'revoke'])}/${chance.pick(['$lease', 'nope', 'a/creds/r/nope'])}`,
      ),
  ],
  'lease old path': [
    1,
    (chance) =>
      step('PUT', `sys/${chance.pick(['renew', 'revoke'])}${chance.pick(['/nope', '', '/$lease'])}`, {
        body: chance.pick<object>([{}, { lease_id: '$lease' }]),
      }),
  ],
  'lease list': [
    3,
    (chance) =>
      listing(
        chance,
        `sys/leases/lookup/${chance.pick(['', 'c', 'c/d/creds', 'c/d/creds/', 'auth', 'auth/token', 'none', 'a', 'sys'])}`,
      ),
  ],
  'lease prefix': [
    2,
    (chance) =>
      step(
        'PUT',
        `sys/leases/${chance.pick(['revoke-prefix', 'revoke-force'])}/${chance.pick(['a', 'c/d/creds/r', 'none', '', 'auth/a', 'a/', 'c/d', '$lease'])}`,
        {
          body: chance.pick<object>([{ sync: true }, {}, { sync: 'x' }]),
        },
      ),
  ],
  'lease other': [
    1,
    (chance) =>
      chance.pick([
        step('POST', 'sys/leases/tidy'),
        step('GET', 'sys/leases/count'),
        step('GET', 'sys/leases'),
        step('GET', 'sys/leases?type=irrevocable'),
      ]),
  ],
};
