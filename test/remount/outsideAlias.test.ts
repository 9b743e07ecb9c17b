/** What a namespace learns of the mount of an alias that leads out of it: that it is elsewhere, and nothing more. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;
/** The migration that has left the alias; both of its ends are in the namespace. */
let id: string;
/** May do all there is to do with moves in the namespace, and nothing else. */
let mover: string;

const SECRET = 'beyond/secret-project';

async function must(method: string, path: string, body?: object, namespace = '') {
  const answer = await service.call(method, path, { body, namespace });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

function asMover(method: string, path: string, body?: object) {
  return service.call(method, path, { body, namespace: 'near', token: mover });
}

beforeAll(async () => {
  service = await remountService();
  for (const name of ['near', 'far', 'beyond']) await must('POST', `sys/namespaces/${name}`);
  for (const path of ['left', 'other']) await must('POST', `sys/mounts/${path}`, { type: 'kv' }, 'near');
  id = await service.move('left', 'moved', { alias_ttl: '1h' }, { namespace: 'near' });
  await service.move('near/moved', 'far/kv', { alias_ttl: '1h' });
  await service.move('far/kv', SECRET);
  const policy = 'path "sys/remount*" { capabilities = ["create", "read", "update", "list", "sudo"] }';
  await must('POST', 'sys/policies/acl/mover', { policy }, 'near');
  const made = await must('POST', 'auth/token/create', { policies: ['mover'] }, 'near');
  mover = made.auth.client_token;
});
afterAll(() => service.stop());

describe('where an alias leads outside of the namespace of the request', () => {
  it.each(['sys/remount/plan', 'sys/remount'])('is not told by %s', async (path) => {
    const [away, onto, below] = [
      await asMover('POST', path, { from: 'left', to: 'somewhere' }),
      await asMover('POST', path, { from: 'other', to: 'left' }),
      await asMover('POST', path, { from: 'other', to: 'left/below' }),
    ];
    expect(away.body.errors).toEqual([
      'no matching mount at "left/"; it is an alias, and the mount is in another namespace',
    ]);
    for (const { body } of [onto, below])
      expect(body.errors).toEqual([
        'path already in use at "near/left/"; it is an alias of the mount in another namespace, and DELETE sys/remount/aliases/:path ends it',
      ]);
  });

  it('is not told by a bulk run', async () => {
    const moves = [
      { from: 'left', to: 'somewhere' },
      { from: 'other', to: 'left' },
    ];
    const { text } = await asMover('POST', 'sys/remount/bulk', { moves });
    expect(text).toContain('no matching mount at');
    expect(text).not.toContain('beyond');
  });

  it('is not told by the verification of the move that has left the alias', async () => {
    const { status, body } = await asMover('GET', `sys/remount/verify/${id}`);
    expect(status).toBe(200);
    expect(body.data.source).toEqual({
      free: false,
      mount: null,
      accessor: null,
      moved_by: id,
      answers_until: expect.stringMatching(/^20/),
    });
    expect(JSON.stringify(body)).not.toContain('beyond');
  });

  it('is where no token is told that has wrapped an answer at the alias', async () => {
    await must('POST', 'left/k', { color: 'red' }, 'near');
    const headers = { 'x-vault-wrap-ttl': '60' };
    const { body } = await service.call('GET', 'left/k', { namespace: 'near', headers });
    const { accessor } = body.wrap_info;
    const accessors = async (namespace: string) =>
      (await service.call('LIST', 'auth/token/accessors', { namespace })).body.data?.keys ?? [];
    expect(await accessors('near')).toContain(accessor);
    expect(await accessors('beyond')).not.toContain(accessor);
  });

  it('is not told with help, which is for everybody, and who asks for it is no caller', async () => {
    await must('POST', 'sys/mounts/ssh', { type: 'ssh' });
    await service.move('ssh', 'moved/ssh', { alias_ttl: '1h' });
    const callers = async () => (await must('GET', 'sys/remount/aliases/ssh')).data.callers_total;
    const none = (await must('POST', 'auth/token/create', { policies: ['default'] })).auth.client_token;
    for (const token of [none, ''])
      for (const path of ['ssh/verify', 'ssh/roles/web']) {
        const { status, headers, text } = await service.call('GET', path, { token, query: { help: ['1'] } });
        expect([path, status]).toEqual([path, token === '' && path !== 'ssh/verify' ? 403 : 200]);
        expect([headers?.Link, text.includes('moved')]).toEqual([undefined, false]);
      }
    expect(await callers()).toBe(0);
  });

  it('is told in a namespace above both', async () => {
    const plan = await service.call('POST', 'sys/remount/plan', {
      body: { from: 'near/left', to: 'near/x' },
    });
    expect(plan.body.errors[0]).toContain(`it is an alias, and the mount is at "${SECRET}/"`);
    const { data } = await must('GET', `sys/remount/verify/${id}`);
    expect(data.source.mount).toBe(`${SECRET}/`);
  });
});
