/** The edges of HTTP, of the paths of the system, and of requests without a token. */

import { type Kinds, step } from '../step.ts';
import { MERGE_PATCH, RAW_TAILS } from '../values.ts';

const FRONTS = [
  'a/',
  'a/data/',
  'sys/',
  'sys/mounts/',
  'auth/',
  'auth/a/users/',
  'sys/policies/acl/',
  'cubbyhole/',
  '',
  'b/metadata/',
  'sys/namespaces/',
  'sys/auth/',
];
const PATHS = [
  'sys/mounts',
  'sys/remount',
  'sys/auth',
  'sys/health',
  'a',
  'a/',
  'a/k',
  'auth/token/create',
  'auth/token/lookup-self',
  'sys/capabilities-self',
  'sys/wrapping/wrap',
  'sys/seal-status',
  'sys/leases/renew',
  'auth/a/login',
  'auth/a',
  'auth',
  'sys',
  'sys/',
  'sys/policies/acl/p',
  'sys/remount/status/x',
  'sys/leader',
  'sys/namespaces',
  'sys/wrapping/lookup',
  'sys/internal/ui/mounts',
  'sys/init',
  'sys/mounts/a/tune',
];
const QUERIES = [
  'sys/mounts?list=false',
  'a/k?list=x',
  'a/?list=1',
  'a/?list=TRUE',
  'sys/policies/acl?list=',
  'a/k?version=x',
  'a?list=true',
  'a/?list=true&after=b',
  'a/?scan=1',
];
const OPEN = [
  'a/k',
  'sys/mounts',
  'sys/health',
  'sys/seal-status',
  'auth/a/login/u',
  'auth/a/login',
  'sys/internal/ui/mounts',
  'nothing',
  'sys/remount',
  'sys/wrapping/unwrap',
  'sys/internal/ui/mounts/a',
  'sys/capabilities-self',
  'auth/token/lookup-self',
  'a/verify',
  'sys/leader',
  'sys/init',
  'auth/nothing/login',
];
const SYSTEM = [
  'sys/version-history?list=true',
  'sys/key-status',
  'sys/config/cors',
  'sys/internal/ui/namespaces',
  'sys/tools/hash',
  'sys/tools/random',
  'sys/host-info',
  'sys/plugins/catalog',
  'sys/config/ui/headers?list=true',
  'sys/quotas/rate-limit?list=true',
  'sys/audit',
  'auth/token/accessors?list=true',
  'sys/nothing',
];

export const EDGE_KINDS: Kinds = {
  'weird path': [
    6,
    (chance) =>
      step(chance.pick(['GET', 'GET', 'POST', 'DELETE']), `${chance.pick(FRONTS)}${chance.pick(RAW_TAILS)}`, {
        body: chance.pick<object | undefined>([undefined, { type: 'kv' }, { data: {} }, { password: 'p' }]),
      }),
  ],
  verb: [
    4,
    (chance) =>
      step(
        chance.pick(['PATCH', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'GET', 'POST', 'LIST']),
        chance.pick(PATHS),
        { headers: chance.pick<Record<string, string>>([{}, MERGE_PATCH]) },
      ),
  ],
  query: [2, (chance) => step('GET', chance.pick(QUERIES))],
  'no token': [
    4,
    (chance) =>
      step(chance.pick(['GET', 'POST']), chance.pick(OPEN), {
        token: chance.pick([null, null, 'nope', 'hvs.nope', `s.${'x'.repeat(24)}`, '', 'b.xx', 'a b']),
      }),
  ],
  system: [2, (chance) => step(chance.pick(['GET', 'GET', 'POST']), chance.pick(SYSTEM))],
};
