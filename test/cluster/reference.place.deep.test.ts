/** The answers of a real server by which one tells where a mount is: routed, tainted, listed, and under which accessor. */

import { beforeAll, describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { enableDatabase, issueLeases } from './support/database.ts';
import { plainMove } from './support/moves.ts';
import { startInMemory } from './support/openbao.ts';
import { startPostgres } from './support/postgres.ts';

const server = throughFile(startInMemory);
const postgres = throughFile(startPostgres);

const refused = (status: number, text: string) => ({ status, body: { errors: [text] } });

/** Asks for a move of a path to itself, which never begins. */
const routerProbe = (path: string, namespace?: string) =>
  server.root.request('POST', 'sys/remount', { from: path, to: path }, namespace);

const IN_USE = (path: string) => refused(400, `path already in use at "${path}/"`);
const NO_MOUNT = (path: string) => refused(400, `no matching mount at "${path}/"`);
const TAINTED = (path: string, namespace = '') =>
  refused(
    404,
    `no handler for route "${path}" on namespace "${namespace}". route entry or namespace is tainted.`,
  );
const NOT_FOUND = (path: string) => refused(404, `no handler for route "${path}". route entry not found.`);

const mountAt = async (path: string, namespace?: string) =>
  (await server.root.must('GET', `sys/mounts/${path}`, undefined, namespace)).body.data;

beforeAll(async () => {
  const { root } = server;
  await root.must('POST', 'sys/mounts/there', { type: 'kv', options: { version: '1' } });
  await root.must('POST', 'sys/auth/people', { type: 'userpass' });
  for (const namespace of ['one', 'two']) await root.must('POST', `sys/namespaces/${namespace}`);
  // Tainted by a move that failed.
  await enableDatabase(root, 'stuck', postgres);
  await issueLeases(root, 'stuck', 'failing', 1);
  expect((await plainMove(root, 'stuck', 'stuck-moved')).status).toBe('failure');
});

describe('a remount of a path to itself', () => {
  it.each(['there', 'stuck', 'auth/people'])('says of a routed path that it is in use: %s', async (path) => {
    expect(await routerProbe(path)).toEqual(IN_USE(path));
  });

  it.each(['nowhere', 'stuck-moved', 'auth/nobody', 'one/nowhere'])(
    'says of a path without a route that no mount matches: %s',
    async (path) => {
      expect(await routerProbe(path)).toEqual(NO_MOUNT(path));
    },
  );

  it('names the mount for a path below one', async () => {
    expect(await routerProbe('there/below')).toEqual(IN_USE('there'));
  });

  it('takes its paths relative to the namespace of the request, and names them from the root', async () => {
    await server.root.must('POST', 'sys/mounts/inside', { type: 'kv' }, 'one');
    expect(await routerProbe('one/inside')).toEqual(IN_USE('one/inside'));
    expect(await routerProbe('inside', 'one')).toEqual(IN_USE('one/inside'));
  });
});

describe('a request for help below a path', () => {
  const help = (path: string, token = server.rootToken, namespace?: string) =>
    server.root.as(token).request('GET', `${path}/x?help=1`, undefined, namespace);

  it('says that the mount is tainted, that there is none, or something else', async () => {
    expect(await help('stuck')).toEqual(TAINTED('stuck/x'));
    expect(await help('stuck-moved')).toEqual(NOT_FOUND('stuck-moved/x'));
    expect(await help('auth/nobody')).toEqual(NOT_FOUND('auth/nobody/x'));
    expect((await help('there')).status).toBe(200);
    expect(await help('auth/people')).toEqual(refused(404, '1 error occurred:\n\t* unsupported path\n\n'));
  });

  it('needs a token, but no policy', async () => {
    const powerless = { policies: ['none'], no_default_policy: true };
    const { client_token } = (await server.root.must('POST', 'auth/token/create', powerless)).body.auth;
    expect(await help('stuck', client_token)).toEqual(TAINTED('stuck/x'));
    expect((await help('there', client_token)).status).toBe(200);
    expect(await help('stuck', '')).toEqual(refused(403, 'permission denied'));
  });
});

describe('the mount tables', () => {
  it('show a tainted mount as any other', async () => {
    expect(await mountAt('stuck')).not.toHaveProperty('tainted');
    expect(await server.root.request('GET', 'sys/mounts/stuck-moved')).toEqual(
      refused(400, 'No secret engine mount at stuck-moved/'),
    );
  });

  it('keep accessor, uuid and all other fields of a mount that moves within its namespace', async () => {
    await server.root.must('POST', 'sys/mounts/within', { type: 'kv', description: 'some' });
    const before = await mountAt('within');
    await plainMove(server.root, 'within', 'within-moved');
    expect(await mountAt('within-moved')).toEqual(before);
  });

  it('keep them also across namespaces', async () => {
    await server.root.must('POST', 'sys/mounts/across', { type: 'kv', description: 'some' }, 'one');
    await server.root.must('POST', 'across/a', { is: 1 }, 'one');
    const before = await mountAt('across', 'one');
    await plainMove(server.root, 'one/across', 'two/across-moved');
    expect(await mountAt('across-moved', 'two')).toEqual(before);
    expect((await server.root.must('GET', 'across-moved/a', undefined, 'two')).body.data).toEqual({ is: 1 });
    expect(await routerProbe('one/across')).toEqual(NO_MOUNT('one/across'));
  });
});

describe('a remount of a path below a mount', () => {
  it('is accepted, and fails without a trace', async () => {
    expect((await plainMove(server.root, 'there/below', 'elsewhere')).status).toBe('failure');
    expect(await routerProbe('there')).toEqual(IN_USE('there'));
    expect(await routerProbe('elsewhere')).toEqual(NO_MOUNT('elsewhere'));
    expect(await server.root.request('LIST', 'there')).toEqual({ status: 404, body: { errors: [] } });
  });
});
