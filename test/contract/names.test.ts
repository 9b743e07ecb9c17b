/** Names and values of any length and kind, in every request that takes one: none causes a server error. */

import { beforeAll, describe, expect, inject, it } from 'vitest';
import { authMethod, engine, kv1, kv2, must } from './fresh.ts';
import { type Answer, call } from './http.ts';

const { isReference } = inject('target');

let mounts: { kv: string; versioned: string; ssh: string; userpass: string; approle: string };

beforeAll(async () => {
  const [kv, versioned, ssh, userpass, approle] = await Promise.all([
    kv1(),
    kv2(),
    engine('ssh'),
    authMethod('userpass'),
    authMethod('approle'),
  ]);
  mounts = { kv, versioned, ssh, userpass, approle };
  await must('POST', `${approle}/role/web`, { body: {} });
});

const NAMES: [name: string, encoded: string, text: string][] = [
  ['a long one', 'x'.repeat(3_000), 'x'.repeat(3_000)],
  ['one of a thousand segments', 'x/'.repeat(1_000).slice(0, -1), 'x/'.repeat(1_000).slice(0, -1)],
  ['one as long as the longest sort key', 'x'.repeat(1_024), 'x'.repeat(1_024)],
  ['a long one of four bytes a character', encodeURIComponent('🔑'.repeat(300)), '🔑'.repeat(300)],
  ['one of punctuation', encodeURIComponent('#$%&*+,;=?@[]^`{|}~\'"<>\\'), '#$%&*+,;=?@[]^`{|}~\'"<>\\'],
  ['the highest code point', encodeURIComponent('\u{10FFFD}'), '\u{10FFFD}'],
  ['the name of the prototype', '__proto__', '__proto__'],
  ['the name of the constructor', 'constructor', 'constructor'],
  ['half a surrogate pair', 'x', '\ud83d'],
  ['control characters', 'x', '\u0000\u001b\u007f\u2028'],
];

const POLICY = 'path "a" { capabilities = ["read"] }';

type Request = [method: string, path: string, body?: object];

/** Every request in which a client's text becomes part of a path or is looked up. */
function requests(encoded: string, text: string): Request[] {
  const { kv, versioned, ssh, userpass, approle } = mounts;
  return [
    ['POST', `${kv}/${encoded}`, { [text]: text, a: 1 }],
    ['GET', `${kv}/${encoded}`],
    ['GET', `${kv}/${encoded}?list=true`],
    ['POST', `${versioned}/data/${encoded}`, { data: { [text]: text } }],
    ['GET', `${versioned}/data/${encoded}`],
    ['POST', `${versioned}/metadata/${encoded}`, { custom_metadata: { [text]: text } }],
    ['GET', `${versioned}/metadata/${encoded}?list=true`],
    ['POST', `sys/mounts/${encoded}`, { type: text }],
    ['POST', `sys/mounts/${encoded}`, { type: 'kv', description: text, options: { [text]: text } }],
    ['GET', `sys/mounts/${encoded}`],
    ['POST', `sys/mounts/${encoded}/tune`, { description: text }],
    ['DELETE', `sys/mounts/${encoded}`],
    ['POST', `sys/auth/${encoded}`, { type: 'userpass', description: text }],
    ['GET', `sys/auth/${encoded}/tune`],
    ['DELETE', `sys/auth/${encoded}`],
    ['POST', `sys/namespaces/${encoded}`, { custom_metadata: { [text]: text } }],
    ['GET', `sys/namespaces/${encoded}`],
    ['DELETE', `sys/namespaces/${encoded}`],
    ['POST', `sys/namespaces/api-lock/lock/${encoded}`, {}],
    ['POST', `sys/namespaces/api-lock/unlock/${encoded}`, { unlock_key: text }],
    ['PUT', `sys/policies/acl/${encoded}`, { policy: POLICY }],
    ['PUT', `sys/policies/acl/${encoded}`, { policy: `path "${text}" { capabilities = ["read"] }` }],
    ['GET', `sys/policies/acl/${encoded}`],
    ['DELETE', `sys/policies/acl/${encoded}`],
    ['POST', 'sys/capabilities-self', { paths: [text] }],
    ['POST', 'sys/capabilities', { token: text, paths: [text] }],
    ['POST', 'sys/capabilities-accessor', { accessor: text, paths: ['a'] }],
    ['GET', `sys/internal/ui/mounts/${encoded}`],
    ['PUT', 'sys/leases/lookup', { lease_id: text }],
    ['PUT', 'sys/leases/renew', { lease_id: text }],
    ['PUT', 'sys/leases/revoke', { lease_id: text, sync: true }],
    ['PUT', 'sys/leases/lookup', { lease_id: `${ssh}/creds/web/${text}` }],
    ['GET', `sys/leases/lookup/${ssh}/${encoded}?list=true`],
    ['GET', `sys/leases/lookup/${encoded}?list=true`],
    ['PUT', `sys/leases/revoke-prefix/${encoded}`, { sync: true }],
    ['PUT', `sys/leases/revoke-force/${encoded}`, {}],
    ['POST', 'auth/token/create', { policies: [text], display_name: text, meta: { [text]: text } }],
    ['POST', 'auth/token/create', { id: text, policies: ['default'] }],
    ['POST', `auth/token/create/${encoded}`, {}],
    ['POST', 'auth/token/lookup', { token: text }],
    ['POST', 'auth/token/renew', { token: text }],
    ['POST', 'auth/token/revoke', { token: text }],
    ['POST', 'auth/token/lookup-accessor', { accessor: text }],
    ['POST', 'auth/token/revoke-accessor', { accessor: text }],
    ['POST', `${ssh}/roles/${encoded}`, { key_type: 'otp', default_user: text, cidr_list: '10.0.0.0/8' }],
    ['GET', `${ssh}/roles/${encoded}`],
    ['POST', `${ssh}/creds/${encoded}`, { ip: '10.0.0.1', username: text }],
    ['POST', `${ssh}/verify`, { otp: text }],
    ['POST', `${ssh}/lookup`, { ip: text }],
    // The reference answers 500 to a password that is too long.
    ['POST', `${userpass}/users/${encoded}`, { password: isReference ? 'short' : text }],
    ['POST', `${userpass}/login/${encoded}`, { password: text }],
    ['GET', `${userpass}/users/${encoded}`],
    ['POST', `${approle}/role/${encoded}`, { token_policies: [text] }],
    ['GET', `${approle}/role/${encoded}`],
    ['POST', `${approle}/role/web/role-id`, { role_id: text }],
    ['POST', `${approle}/login`, { role_id: text, secret_id: text }],
    ['POST', `${approle}/role/web/custom-secret-id`, { secret_id: text }],
    ['POST', `${approle}/role/web/secret-id/lookup`, { secret_id: text }],
    ['POST', `${approle}/role/web/secret-id-accessor/lookup`, { secret_id_accessor: text }],
    ['GET', `sys/remount/status/${encoded}`],
    ['POST', 'sys/remount', { from: text, to: 'nowhere' }],
    ['POST', 'sys/remount', { from: mounts.kv, to: `${mounts.kv}/${text}` }],
    ['GET', encoded],
  ];
}

/** The reference's text for a password over 72 bytes; here it is 400. */
const TOO_LONG_FOR_BCRYPT = 'bcrypt: password length exceeds 72 bytes';

describe('a name or value is accepted or refused without a server error:', () => {
  it.each(NAMES)('%s', async (_, encoded, text) => {
    const failures: string[] = [];
    for (const [method, path, body] of requests(encoded, text)) {
      const answer: Answer = await call(method, path, body ? { body } : {});
      if (answer.status >= 500 && !answer.text.includes(TOO_LONG_FOR_BCRYPT))
        failures.push(`${method} ${path.slice(0, 60)}: ${answer.status} ${answer.text}`);
    }
    expect(failures).toEqual([]);
  });
});
