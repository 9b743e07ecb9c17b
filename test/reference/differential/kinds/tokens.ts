/** Tokens: making, looking up, renewing, revoking and using them. */

import type { Chance } from '../../../support/chance.ts';
import { type Kinds, listing, maybeAs, type Step, step } from '../step.ts';
import { DURATIONS, someOf } from '../values.ts';

export const NEW_TOKEN = { token: 'auth.client_token', accessor: 'auth.accessor' };

const USED_PATHS = [
  'a/k',
  'a/data/k',
  'sys/mounts',
  'sys/auth',
  'cubbyhole/x',
  'sys/policies/acl/p',
  'sys/capabilities-self',
  'sys/namespaces/x',
  'nothing/here',
  'sys/nothing',
  'auth/token/create',
  'sys/remount',
  'sys/leases/lookup',
  'sys/internal/ui/mounts/a',
  'sys/internal/ui/resultant-acl',
];

const write = (path: string, body?: object): Step => step('POST', `auth/token/${path}`, { body });

export const TOKEN_KINDS: Kinds = {
  'token create': [
    9,
    (chance) =>
      step(
        chance.pick(['POST', 'PUT']),
        `auth/token/${chance.pick(['create', 'create', 'create', 'create-orphan'])}`,
        {
          body: wishes(chance),
          keep: NEW_TOKEN,
          ...maybeAs(chance),
        },
      ),
  ],
  'token lookup': [
    5,
    (chance) =>
      chance.pick([
        step('GET', 'auth/token/lookup-self', maybeAs(chance, 0.9)),
        step('GET', 'auth/token/lookup', maybeAs(chance)),
        write(
          'lookup',
          chance.pick([
            { token: '$token' },
            { token: '$token' },
            {},
            { token: 'nope' },
            { token: 1 },
            { token: '' },
          ]),
        ),
        write(
          'lookup-accessor',
          chance.pick([
            { accessor: '$accessor' },
            { accessor: '$accessor' },
            {},
            { accessor: 'nope' },
            { accessor: '' },
          ]),
        ),
      ]),
  ],
  'token renew': [
    4,
    (chance) =>
      chance.pick([
        step('POST', 'auth/token/renew-self', {
          body: { increment: chance.pick(DURATIONS) },
          ...maybeAs(chance, 0.9),
        }),
        write('renew', { token: '$token', increment: chance.pick(DURATIONS) }),
        write('renew', chance.pick([{}, { token: 'nope' }, { token: '$token' }])),
        write('renew-accessor', chance.pick([{ accessor: '$accessor' }, {}, { accessor: 'nope' }])),
      ]),
  ],
  'token revoke': [
    3,
    (chance) =>
      chance.pick([
        write('revoke', chance.pick([{ token: '$token' }, {}, { token: 'nope' }])),
        write('revoke-accessor', chance.pick([{ accessor: '$accessor' }, {}, { accessor: 'nope' }])),
        step('POST', 'auth/token/revoke-self', { token: '$token' }),
        write('revoke-orphan', chance.pick([{ token: '$token' }, {}, { token: 'nope' }])),
      ]),
  ],
  'token role': [
    3,
    (chance) =>
      chance.pick([
        step(chance.pick(['POST', 'GET', 'DELETE']), 'auth/token/roles/r', {
          body: chance.pick([{}, { allowed_policies: 'p', orphan: true }, { token_period: '1h' }]),
        }),
        listing(chance, 'auth/token/roles'),
        step('POST', `auth/token/create/${chance.pick(['r', 'none'])}`, { body: {}, keep: NEW_TOKEN }),
      ]),
  ],
  'token use': [
    5,
    (chance) =>
      step(chance.pick(['GET', 'GET', 'POST', 'DELETE']), chance.pick(USED_PATHS), { token: '$token' }),
  ],
};

function wishes(chance: Chance): object {
  return {
    ...someOf(chance, 0.5, {
      policies: [
        ['p'],
        ['default'],
        ['root'],
        ['p', 'P', 'p', 'a'],
        [],
        ['with space'],
        ['response-wrapping'],
        [1],
        [''],
        ['root', 'p'],
        'p, default',
      ],
    }),
    ...someOf(chance, 0.2, {
      ttl: DURATIONS,
      explicit_max_ttl: DURATIONS,
      period: DURATIONS,
      num_uses: [1, 2, 0, -1, '3', 'x', 1.5],
      type: ['batch', 'service', 'x', ''],
      meta: [{ a: 'b' }, { a: 1 }, 'x', {}, null],
    }),
    ...someOf(chance, 0.1, {
      no_parent: [true, false, 'true'],
      no_default_policy: [true, false, 'true'],
      renewable: [true, false, 'true'],
      display_name: ['dn', 'Dn ü', '', 'a/b', 'x'.repeat(50)],
      unknown: [1],
      entity_alias: ['e'],
    }),
  };
}
