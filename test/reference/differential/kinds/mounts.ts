/** Secrets engines and auth methods: enabling, tuning, reading, moving. */

import type { Chance } from '../../../support/chance.ts';
import { type Kinds, step } from '../step.ts';
import { DURATIONS, someMount, someOf } from '../values.ts';

const CONFIG = {
  default_lease_ttl: DURATIONS,
  max_lease_ttl: DURATIONS,
  force_no_cache: [true, false, 'true', 'x'],
  listing_visibility: ['unauth', 'hidden', '', 'x'],
  passthrough_request_headers: [['X-A'], 'X-A,x-b', [], ''],
  allowed_response_headers: [['X-A'], 'X-A,x-b', [], ''],
  audit_non_hmac_request_keys: [['a'], 'a,b', [], ''],
  audit_non_hmac_response_keys: [['a'], 'a,b', [], ''],
  token_type: ['service', 'batch', 'default-service', 'default-batch', 'x'],
  plugin_version: ['', 'v1.0.0', 'x'],
  user_lockout_config: [{}, { lockout_threshold: '3' }],
};

const ENGINES = [
  'kv',
  'kv',
  'kv',
  'kv-v2',
  'kv-v1',
  'ssh',
  'generic',
  'nope',
  '',
  'KV',
  'system',
  'cubbyhole',
  'userpass',
];
const METHODS = ['userpass', 'approle', 'userpass', 'token', 'ns_token', 'nope', '', 'kv'];

const MOVES: ((chance: Chance) => object)[] = [
  (chance) => ({
    from: chance.pick(['a', 'b', 'c/d', 'auth/a', 'auth/b']),
    to: chance.pick(['m1', 'm2', 'auth/m1', 'auth/m2', 'a', 'c/d/e']),
  }),
  (chance) => ({ from: chance.pick(['a', 'b']), to: chance.pick(['m1', 'm2', 'x y', 'ü', 'm3/']) }),
  (chance) => ({ from: decodeURIComponent(someMount(chance)), to: decodeURIComponent(someMount(chance)) }),
  (chance) => ({
    from: chance.pick(['a', 1, null, '', ['a'], { a: 1 }, true]),
    to: chance.pick(['m', 2, null, '', 'auth/']),
  }),
  (chance) => chance.pick([{ from: 'a' }, { from: 'a', to: 'm1', extra: 1 }, {}]),
];

export const MOUNT_KINDS: Kinds = {
  'mount enable': [
    8,
    (chance) => step('POST', `sys/mounts/${someMount(chance)}`, { body: mount(chance, ENGINES) }),
  ],
  'mount enable good': [
    10,
    (chance) =>
      step('POST', `sys/mounts/${chance.pick(['a', 'b', 'c/d'])}`, {
        body: chance.pick([
          { type: 'kv' },
          { type: 'kv', options: { version: '2' } },
          { type: 'kv-v2' },
          { type: 'ssh' },
        ]),
      }),
  ],
  'mount disable': [3, (chance) => step('DELETE', `sys/mounts/${someMount(chance)}`)],
  'mount read': [4, (chance) => step('GET', `sys/mounts/${someMount(chance)}`)],
  'mount list': [3, () => step('GET', 'sys/mounts')],
  'mount tune': [
    5,
    (chance) => step('POST', `sys/mounts/${someMount(chance)}/tune`, { body: tuning(chance, 0.18) }),
  ],
  'mount tune field': [
    6,
    (chance) => step('POST', `sys/mounts/${chance.pick(['a', 'b', 'c/d'])}/tune`, { body: oneField(chance) }),
  ],
  'mount tune built in': [
    3,
    (chance) =>
      step(
        chance.pick(['POST', 'POST', 'GET']),
        `sys/mounts/${chance.pick(['sys', 'identity', 'cubbyhole', 'auth/token', 'sys/x'])}/tune`,
        {
          body: oneField(chance),
        },
      ),
  ],
  'mount tune read': [4, (chance) => step('GET', `sys/mounts/${someMount(chance)}/tune`)],
  'auth enable': [
    6,
    (chance) => step('POST', `sys/auth/${someMount(chance)}`, { body: mount(chance, METHODS) }),
  ],
  'auth enable good': [
    6,
    (chance) =>
      step('POST', `sys/auth/${chance.pick(['a', 'b'])}`, {
        body: { type: chance.pick(['userpass', 'approle']) },
      }),
  ],
  'auth disable': [2, (chance) => step('DELETE', `sys/auth/${someMount(chance)}`)],
  'auth list': [2, () => step('GET', 'sys/auth')],
  'auth read': [3, (chance) => step('GET', `sys/auth/${someMount(chance)}`)],
  'auth tune': [
    3,
    (chance) => step('POST', `sys/auth/${someMount(chance)}/tune`, { body: tuning(chance, 0.18) }),
  ],
  'auth tune field': [
    4,
    (chance) => step('POST', `sys/auth/${chance.pick(['a', 'b'])}/tune`, { body: oneField(chance) }),
  ],
  'auth tune by mounts': [
    2,
    (chance) => step('POST', `sys/mounts/auth/${someMount(chance)}/tune`, { body: tuning(chance, 0.18) }),
  ],
  'auth tune read': [3, (chance) => step('GET', `sys/auth/${someMount(chance)}/tune`)],
  'ui mounts': [
    3,
    (chance) =>
      step(
        'GET',
        chance.pick([
          'sys/internal/ui/mounts',
          `sys/internal/ui/mounts/${someMount(chance)}`,
          `sys/internal/ui/mounts/${someMount(chance)}/k`,
        ]),
      ),
  ],
  remount: [8, (chance) => step('POST', 'sys/remount', { body: chance.pick(MOVES)(chance) })],
};

function mount(chance: Chance, types: readonly string[]): object {
  return {
    type: chance.pick(types),
    ...someOf(chance, 0.3, {
      options: [
        { version: '2' },
        { version: '1' },
        { version: 2 },
        { version: '3' },
        { version: '' },
        {},
        null,
        { other: 'x' },
      ],
      description: ['d', '', 'ü', 5],
    }),
    ...(chance.fraction() < 0.3 ? { config: someOf(chance, 0.18, CONFIG) } : {}),
    ...someOf(chance, 0.06, {
      local: [true, false, 'x'],
      seal_wrap: [true, false, 'x'],
      external_entropy_access: [true, 'x'],
      unknown: [1],
    }),
  };
}

function tuning(chance: Chance, share: number): object {
  const options = [{ version: '2' }, { version: '1' }, { version: 'x' }, {}, { version: 2 }, { a: 'b' }];
  return {
    ...someOf(chance, share, CONFIG),
    ...someOf(chance, 0.2, { description: ['d', '', 'ü'], options }),
  };
}

const TUNED = {
  ...CONFIG,
  description: ['d', '', 'ü', 5, null, true],
  options: [
    { version: '2' },
    { version: 'x' },
    { version: '' },
    { version: '3' },
    { a: 'b' },
    { a: '' },
    {},
    null,
    'x',
    'a=b',
    [],
  ],
  user_lockout_config: [
    ...[
      {},
      { lockout_threshold: '3' },
      { lockout_threshold: 3 },
      { lockout_threshold: 'x' },
      { lockout_threshold: '-1' },
    ],
    ...[
      { lockout_duration: '1m' },
      { lockout_duration: 'x' },
      { lockout_duration: 60 },
      { lockout_duration: 'system' },
    ],
    ...[
      { lockout_counter_reset_duration: '1m' },
      { lockout_disable: true },
      { lockout_disable: 'x' },
      { other: 1 },
      'x',
      null,
    ],
  ],
};

function oneField(chance: Chance): object {
  const [name, values] = chance.pick(Object.entries(TUNED)) as [string, readonly unknown[]];
  return { [name]: chance.pick(values) };
}
