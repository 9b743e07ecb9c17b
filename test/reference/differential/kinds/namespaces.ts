/** Namespaces, and requests inside them. */

import { type Kinds, listing, step } from '../step.ts';
import { encoded, MERGE_PATCH } from '../values.ts';

const NAMES = [
  'x',
  'y',
  'X',
  'x/z',
  'root',
  'sys',
  'auth',
  'cubbyhole',
  'with space',
  'ü',
  'a',
  'a.b',
  '..',
  '.',
  'identity',
  'x+',
  '1',
  'x/',
  'c',
  'LONG'.repeat(40),
  'global',
];
const METADATA = [
  { custom_metadata: { k: 'v' } },
  { custom_metadata: { k: 1 } },
  { custom_metadata: 'x' },
  { other: 1 },
  { custom_metadata: null },
];
const INSIDE = [
  'x/sys/mounts',
  'x/sys/mounts/in',
  'y/sys/auth',
  'x/in/k',
  'none/sys/mounts',
  'x/sys/namespaces/z',
  'x/auth/token/lookup-self',
  'X/sys/mounts',
];

export const NAMESPACE_KINDS: Kinds = {
  namespace: [
    5,
    (chance) =>
      step(chance.pick(['POST', 'PUT', 'GET', 'GET']), `sys/namespaces/${encoded(chance.pick(NAMES))}`, {
        body: chance.pick<object | undefined>([undefined, undefined, {}, ...METADATA]),
      }),
  ],
  'namespace delete': [1, (chance) => step('DELETE', `sys/namespaces/${encoded(chance.pick(NAMES))}`)],
  'namespace patch': [
    3,
    (chance) =>
      step('PATCH', `sys/namespaces/${chance.pick(['x', 'y', 'none'])}`, {
        body: chance.pick<object>([
          { custom_metadata: { k: 'w' } },
          { custom_metadata: { k: null } },
          { custom_metadata: {} },
          {},
          { custom_metadata: null },
          { custom_metadata: 'x' },
        ]),
        headers: MERGE_PATCH,
      }),
  ],
  'namespace list': [2, (chance) => listing(chance, `sys/namespaces${chance.pick(['', '/', '/x'])}`)],
  'namespace scan': [1, () => step('GET', 'sys/namespaces?scan=true')],
  'namespace inside': [
    4,
    (chance) =>
      step(chance.pick(['GET', 'POST']), chance.pick(INSIDE), {
        body: chance.pick<object | undefined>([{ type: 'kv' }, undefined]),
      }),
  ],
  'namespace of the header': [
    2,
    (chance) =>
      step('GET', 'sys/mounts', { below: chance.pick(['/none', '/x', '//', '/x/', '/%C3%BC', '/x%20y']) }),
  ],
};
