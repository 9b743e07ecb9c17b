/** What a real server tells a service about the token of its caller, when the service asks with its own. */

import { beforeAll, describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import type { Client } from './support/client.ts';
import { startInMemory } from './support/openbao.ts';

const server = throughFile(startInMemory);

const JUDGE = `
  path "auth/token/lookup" { capabilities = ["update"] }
  path "sys/capabilities" { capabilities = ["update"] }
`;
const MOVER = `
  path "sys/remount" {
    capabilities = ["update", "sudo"]
    allowed_parameters = { "from" = ["kv"], "to" = [] }
  }
`;

let service: Client;

async function tokenWith(policies: string[], more = {}, namespace = ''): Promise<string> {
  const wanted = { policies, ...more };
  return (await server.root.must('POST', 'auth/token/create', wanted, namespace)).body.auth.client_token;
}

const lookup = (token: string, by = service) => by.request('POST', 'auth/token/lookup', { token });
const capabilities = (token: string, paths: string[]) =>
  service.request('POST', 'sys/capabilities', { token, paths });

const refused = (status: number, text: string) => ({ status, body: { errors: [text] } });

beforeAll(async () => {
  const { root } = server;
  await root.must('POST', 'sys/namespaces/team');
  await root.must('PUT', 'sys/policies/acl/judge', { policy: JUDGE });
  await root.must('PUT', 'sys/policies/acl/mover', { policy: MOVER });
  service = root.as(await tokenWith(['judge'], { no_default_policy: true, type: 'batch' }));
});

describe('a lookup of the token of a caller', () => {
  it('tells who it is, and spends none of its uses', async () => {
    const token = await tokenWith(['mover'], { num_uses: 2, meta: { team: 'a' }, no_default_policy: true });
    for (const _ of [1, 2, 3])
      expect(await lookup(token)).toMatchObject({
        status: 200,
        body: {
          data: {
            id: token,
            accessor: expect.stringMatching(/^\w{24}$/),
            display_name: 'token',
            entity_id: '',
            meta: { team: 'a' },
            num_uses: 2,
            orphan: false,
            path: 'auth/token/create',
            policies: ['mover'],
            type: 'service',
          },
        },
      });
  });

  it('names the networks that the token is bound to', async () => {
    await server.root.must('POST', 'auth/token/roles/bound', { token_bound_cidrs: ['10.0.0.0/8'] });
    const { body } = await server.root.must('POST', 'auth/token/create/bound', { policies: ['mover'] });
    expect((await lookup(body.auth.client_token)).body.data.bound_cidrs).toEqual(['10.0.0.0/8']);
  });

  it('is refused with 403 if there is no such token, and with another text if the service may not ask', async () => {
    expect(await lookup('s.unknown')).toEqual(refused(403, 'bad token'));
    const token = await tokenWith(['mover']);
    expect(
      await lookup(token, server.root.as(await tokenWith(['none'], { no_default_policy: true }))),
    ).toEqual(refused(403, '1 error occurred:\n\t* permission denied\n\n'));
    expect(await lookup(token, server.root.as('s.unknown'))).toEqual(refused(403, 'permission denied'));
  });

  it('is refused for the token of a namespace below, unless the service may ask there', async () => {
    const token = await tokenWith(['default'], {}, 'team');
    expect((await lookup(token)).status).toBe(403);
    expect((await lookup(token, server.root)).body.data).toMatchObject({ namespace_path: 'team/' });
  });
});

describe('the capabilities of the token of a caller', () => {
  it('are told for each path, whatever parameters its policy allows', async () => {
    const { status, body } = await capabilities(await tokenWith(['mover']), ['sys/remount', 'sys/mounts']);
    expect(status).toBe(200);
    expect(body.data).toEqual({ 'sys/remount': ['sudo', 'update'], 'sys/mounts': ['deny'] });
  });

  it('are told once more under `capabilities` if one path is asked for', async () => {
    const { body } = await capabilities(await tokenWith(['mover']), ['sys/remount']);
    expect(body.data).toEqual({ capabilities: ['sudo', 'update'], 'sys/remount': ['sudo', 'update'] });
  });

  it('are `root` for a root token, also for a path of a namespace', async () => {
    const { body } = await capabilities(server.rootToken, ['team/sys/remount', 'sys/remount']);
    expect(body.data).toEqual({ 'team/sys/remount': ['root'], 'sys/remount': ['root'] });
  });

  it('need no use of the token, and are refused with 400 if there is no such token', async () => {
    const token = await tokenWith(['mover'], { num_uses: 1 });
    for (const _ of [1, 2, 3]) expect((await capabilities(token, ['sys/remount'])).status).toBe(200);
    expect((await lookup(token)).body.data.num_uses).toBe(1);
    expect(await capabilities('s.unknown', ['sys/remount'])).toEqual(
      refused(400, '1 error occurred:\n\t* invalid token\n\n'),
    );
  });

  it('are asked with the own token only if its policy allows it', async () => {
    const bare = server.root.as(await tokenWith(['mover'], { no_default_policy: true }));
    const self = await bare.request('POST', 'sys/capabilities-self', { paths: ['sys/remount'] });
    expect(self).toEqual(refused(403, '1 error occurred:\n\t* permission denied\n\n'));
  });
});
