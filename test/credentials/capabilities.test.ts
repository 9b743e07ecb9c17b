import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { placeNamespace } from '../support/place.ts';
import { type Auth, refusal, type World, world, wrapper } from '../support/world.ts';

let w: World;
let team: Namespace;
let reader: Auth;

beforeAll(async () => {
  w = await world();
  team = await placeNamespace(w.deps, ROOT, 'team');
  await w.policy(
    'reader',
    `path "secret/*" { capabilities = ["read", "list"] }
     path "secret/mine" { capabilities = ["update", "create"] }
     path "secret/never" { capabilities = ["deny"] }
     path "team/secret/*" { capabilities = ["read"] }`,
  );
  reader = await w.token({ policies: ['reader'] });
});
afterAll(() => w.stop());

function ask(path: string, body: Record<string, unknown>, token = w.root, namespace = '') {
  return w.call('POST', `sys/${path}`, { body, token, namespace });
}

/** The three ways to ask about the same token. */
const WAYS: [string, (body: Record<string, unknown>) => ReturnType<typeof ask>][] = [
  ['by itself', (body) => ask('capabilities-self', body, reader.client_token)],
  ['by its id', (body) => ask('capabilities', { token: reader.client_token, ...body })],
  ['by its accessor', (body) => ask('capabilities-accessor', { accessor: reader.accessor, ...body })],
];

describe.each(WAYS)('the capabilities of a token, asked %s', (_, of) => {
  it('are sorted, path by path', async () => {
    const paths = ['secret/a', 'secret/mine', 'secret/never', 'secret/', '/secret/a', 'elsewhere'];
    const { status, body } = await of({ paths });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      'secret/a': ['list', 'read'],
      'secret/mine': ['create', 'update'],
      'secret/never': ['deny'],
      'secret/': ['list', 'read'],
      '/secret/a': ['list', 'read'],
      elsewhere: ['deny'],
    });
  });

  it('of one path are under its name, under capabilities, and at the top level', async () => {
    for (const body of [{ paths: ['secret/a'] }, { path: 'secret/a' }, { paths: 'secret/a' }]) {
      const answer = await of(body);
      expect(answer.body.data).toEqual({ 'secret/a': ['list', 'read'], capabilities: ['list', 'read'] });
      expect(answer.body).toMatchObject({ 'secret/a': ['list', 'read'], capabilities: ['list', 'read'] });
    }
  });

  it('need at least one path', async () => {
    for (const body of [{}, { paths: [] }])
      expect(refusal(await of(body))).toEqual({ status: 400, errors: ['paths must be supplied'] });
  });
});

describe('asking for capabilities', () => {
  it('shows root for a root token', async () => {
    expect((await ask('capabilities-self', { paths: ['a'] })).body.data.a).toEqual(['root']);
    expect((await ask('capabilities', { token: w.root, paths: ['a'] })).body.data.a).toEqual(['root']);
  });

  it('reads paths as relative to the namespace of the request', async () => {
    const { data } = (await ask('capabilities', { token: reader.client_token, paths: ['team/secret/x'] }))
      .body;
    expect(data['team/secret/x']).toEqual(['read']);
    const admin = 'path "*" { capabilities = ["create", "read", "update", "sudo"] }';
    await w.policy('admin', admin, team);
    const of = await w.token({ policies: ['admin'] }, { namespace: 'team' });
    const body = { token: of.client_token, paths: ['secret/x'] };
    expect((await ask('capabilities', body)).body.data['secret/x']).toEqual(['deny']);
    expect((await ask('capabilities', body, w.root, 'team')).body.data['secret/x']).toContain('sudo');
  });

  it.each([
    ['capabilities', { paths: ['a'] }, wrapper('no token found')],
    ['capabilities', { token: 's.unknown', paths: ['a'] }, wrapper('invalid token')],
    ['capabilities-accessor', { paths: ['a'] }, 'missing accessor'],
    ['capabilities-accessor', { accessor: 'unknown', paths: ['a'] }, wrapper('invalid accessor')],
  ])('%s with %j is refused', async (path, body, text) => {
    expect(refusal(await ask(path, body))).toEqual({ status: 400, errors: [text] });
  });

  it('shows nothing of tokens outside the namespace of the request, nor of expired or revoked ones', async () => {
    const { client_token: token, accessor } = reader;
    const outside = await ask('capabilities', { token, paths: ['a'] }, w.root, 'team');
    expect(refusal(outside).errors).toEqual([wrapper('invalid token')]);
    const hidden = await ask('capabilities-accessor', { accessor, paths: ['a'] }, w.root, 'team');
    expect(refusal(hidden).errors).toEqual([wrapper('invalid accessor')]);
    const short = await w.token({ policies: ['reader'], ttl: '1h' });
    w.deps.clock.pass(3_600_000);
    const dead = await ask('capabilities', { token: short.client_token, paths: ['a'] });
    expect(refusal(dead).errors).toEqual([wrapper('invalid token')]);
  });

  it('of the own token is allowed by the policy default', async () => {
    const { client_token } = await w.token({ policies: ['default'] });
    expect((await ask('capabilities-self', { paths: ['a'] }, client_token)).status).toBe(200);
    expect((await ask('capabilities', { token: client_token, paths: ['a'] }, client_token)).status).toBe(403);
  });
});
