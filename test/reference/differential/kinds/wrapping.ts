/** Wrapped answers, and the cubbyhole. */

import { type Kinds, listing, maybeAs, step } from '../step.ts';
import { encoded, SECRETS } from '../values.ts';

const WRAPPED = { wrap: 'wrap_info.token', accessor: 'wrap_info.accessor' };
const TIMES = ['60', '1m', '2h', 'x', '0', '', '-1', '1.5m', '1d'];
/** What a client may have wrapped. */
const ASKED = [
  ...[
    step('GET', 'a/k'),
    step('GET', 'a/?list=true'),
    step('GET', 'sys/mounts/a'),
    step('GET', 'auth/token/lookup-self'),
  ],
  ...[
    step('POST', 'auth/token/create', { body: { policies: ['p'] } }),
    step('POST', 'c/d/creds/r', { body: { ip: '1.2.3.4' } }),
  ],
  ...[
    step('POST', 'auth/a/login/u', { body: { password: 'p' }, token: null }),
    step('POST', 'auth/b/role/r/secret-id', { body: {} }),
  ],
];

export const WRAPPING_KINDS: Kinds = {
  wrap: [
    5,
    (chance) => ({
      ...chance.pick(ASKED),
      headers: { 'X-Vault-Wrap-TTL': chance.pick(['60', '1m', chance.pick(TIMES)]) },
      keep: WRAPPED,
    }),
  ],
  'wrap given data': [
    2,
    (chance) =>
      step('POST', 'sys/wrapping/wrap', {
        body: chance.pick<object>([{ a: 1 }, {}, { a: { b: 1 } }]),
        headers: chance.pick<Record<string, string>>([
          { 'X-Vault-Wrap-TTL': '5m' },
          { 'X-Vault-Wrap-TTL': '5m' },
          {},
        ]),
        keep: WRAPPED,
      }),
  ],
  unwrap: [
    6,
    (chance) =>
      step('POST', `sys/wrapping/${chance.pick(['lookup', 'unwrap', 'rewrap'])}`, {
        body: chance.pick<object>([
          { token: '$wrap' },
          { token: '$wrap' },
          { token: '$wrap' },
          { token: 'nope' },
          {},
          { token: '$token' },
          { token: '' },
        ]),
        keep: WRAPPED,
      }),
  ],
  'unwrap by itself': [
    4,
    (chance) =>
      step(
        chance.pick(['POST', 'POST', 'GET', 'PUT']),
        `sys/wrapping/${chance.pick(['lookup', 'unwrap', 'rewrap'])}`,
        {
          token: '$wrap',
          keep: WRAPPED,
        },
      ),
  ],
  'unwrap wrapped': [
    2,
    (chance) =>
      step('POST', `sys/wrapping/${chance.pick(['unwrap', 'rewrap', 'lookup', 'wrap'])}`, {
        body: { token: '$wrap' },
        headers: { 'X-Vault-Wrap-TTL': chance.pick(['60', '5m', '1s']) },
        keep: WRAPPED,
      }),
  ],
  'use of a wrapping token': [
    2,
    (chance) =>
      chance.pick([
        step('GET', chance.pick(['auth/token/lookup-self', 'cubbyhole/response', 'a/k']), { token: '$wrap' }),
        step('POST', 'auth/token/lookup', { body: { token: '$wrap' } }),
        step('POST', 'auth/token/lookup-accessor', { body: { accessor: '$accessor' } }),
        step('POST', `auth/token/${chance.pick(['revoke', 'renew'])}`, { body: { token: '$wrap' } }),
        step('POST', 'auth/token/revoke-accessor', { body: { accessor: '$accessor' } }),
      ]),
  ],
  cubbyhole: [
    4,
    (chance) =>
      step(
        chance.pick(['GET', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH']),
        `cubbyhole/${encoded(chance.pick(['x', 'x', 'x/y', 'ü', 'x/', 'a.b', 'X']))}`,
        { body: chance.pick<object>([{ a: 1 }, {}, { ttl: '1h' }, ...SECRETS]), ...maybeAs(chance, 0.3) },
      ),
  ],
  'cubbyhole list': [
    2,
    (chance) => ({
      ...listing(chance, `cubbyhole/${chance.pick(['', 'x', 'none/'])}`),
      ...maybeAs(chance, 0.3),
    }),
  ],
};
