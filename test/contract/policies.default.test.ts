/** What a token can do that has nothing but the policy `default` (contract §5.4). */

import { beforeAll, describe, expect, inject, it } from 'vitest';
import { must, unique } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { improved, NOT_AUTHORIZED, NOT_FOUND, refused } from './texts.ts';

const { isReference } = inject('target');

/** Requests that need the policy: the rule that grants each, the request, and a part of the answer. */
const SERVED: [rule: string, method: string, path: string, body: object | undefined, answer: object][] = [
  ['auth/token/lookup-self', 'GET', 'auth/token/lookup-self', undefined, { status: 200 }],
  ['auth/token/renew-self', 'POST', 'auth/token/renew-self', {}, { status: 200 }],
  ['sys/capabilities-self', 'POST', 'sys/capabilities-self', { path: 'sys/x' }, { status: 200 }],
  ['sys/internal/ui/resultant-acl', 'GET', 'sys/internal/ui/resultant-acl', undefined, { status: 200 }],
  ['sys/leases/renew', 'POST', 'sys/leases/renew', { lease_id: 'x' }, refused('lease not found')],
  ['sys/leases/lookup', 'POST', 'sys/leases/lookup', { lease_id: 'x' }, refused('invalid lease')],
  ['cubbyhole/*', 'POST', 'cubbyhole/a', { b: 1 }, { status: 204 }],
  ['cubbyhole/*', 'GET', 'cubbyhole/a', undefined, { body: { data: { b: 1 } } }],
  ['cubbyhole/*', 'GET', 'cubbyhole?list=true', undefined, { body: { data: { keys: ['a'] } } }],
  ['cubbyhole/*', 'DELETE', 'cubbyhole/a', undefined, { status: 204 }],
  ['cubbyhole/*', 'GET', 'cubbyhole/a', undefined, NOT_FOUND],
  [
    'sys/wrapping/wrap',
    'POST',
    'sys/wrapping/wrap',
    { b: 1 },
    refused('endpoint requires response wrapping to be used'),
  ],
  ['sys/wrapping/lookup', 'POST', 'sys/wrapping/lookup', { token: 'x' }, { status: 400 }],
  ['sys/wrapping/unwrap', 'POST', 'sys/wrapping/unwrap', { token: 'x' }, { status: 400 }],
  ['sys/tools/hash', 'POST', 'sys/tools/hash', { input: 'YQ==' }, { status: 200 }],
  ['sys/tools/hash/*', 'POST', 'sys/tools/hash/sha2-512', { input: 'YQ==' }, { status: 200 }],
  ['auth/token/revoke-self', 'POST', 'auth/token/revoke-self', undefined, { status: 204 }],
];

/** What only the reference has. */
const OF_IDENTITY = [
  'identity/entity/id/{{identity.entity.id}}',
  'identity/entity/name/{{identity.entity.name}}',
  'identity/oidc/provider/+/authorize',
];

describe('the policy default', () => {
  let token: string;
  beforeAll(async () => {
    const body = { policies: ['default'], ttl: '1h' };
    token = (await must('POST', 'auth/token/create', { body })).body.auth.client_token;
  });

  function ask(method: string, path: string, body?: object): Promise<Answer> {
    return call(method, path, { token, ...(body && { body }) });
  }

  it('has rules for these requests, and for no others', async () => {
    const { policy } = (await must('GET', 'sys/policies/acl/default')).body.data;
    const rules = [...policy.matchAll(/^path "(.*)"/gm)].map(([, rule]) => rule);
    const named = new Set([...SERVED.map(([rule]) => rule), ...(isReference ? OF_IDENTITY : [])]);
    expect(rules.sort()).toEqual([...named].sort());
  });

  it('shows no entity', async () => {
    for (const kind of ['id', 'name'])
      expect(await ask('GET', `identity/entity/${kind}/${unique('entity')}`)).toMatchObject(NOT_AUTHORIZED);
  });

  improved('grants nothing for providers of OIDC, which there are none of', async () => {
    for (const method of ['GET', 'POST'])
      expect(await ask(method, 'identity/oidc/provider/default/authorize')).toMatchObject(NOT_AUTHORIZED);
  });

  it.each([
    ['sys/tools/random', { bytes: 4 }],
    ['sys/wrapping/rewrap', undefined],
    ['sys/control-group/request', { accessor: 'x' }],
    ['sys/remount', { from: 'a', to: 'b' }],
    ['sys/renew', { lease_id: 'x' }],
    ['sys/leases/renew/x', {}],
  ])('does not grant %s', async (path, body) => {
    expect((await ask('POST', path, body)).status).toBeGreaterThanOrEqual(400);
  });

  // The last one ends the token.
  it.each(SERVED)('grants by %s: %s %s', async (_, method, path, body, answer) => {
    expect(await ask(method, path, body)).toMatchObject(answer);
  });
});
