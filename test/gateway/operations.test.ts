import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerBytes } from '../../functions/http/envelope.ts';
import { MAX_ANSWER_BYTES } from '../../functions/limits.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { refusal, type World, world, wrapper } from '../support/world.ts';

const DENIED = { status: 403, errors: [wrapper('permission denied')] };
const UNSUPPORTED = { status: 405, errors: [wrapper('unsupported operation')] };

let w: World;
let call: Caller;

beforeAll(async () => {
  w = await world();
  call = caller(w.deps, vaultApi, w.root);
  await placeMount(w.deps, 'one/');
  await placeMount(w.deps, 'two/', { options: { version: '2' } });
  for (const path of ['a', 'dir/b', 'dir/deep/c']) {
    await call('POST', `one/${path}`, { body: { v: 1 } });
    await call('POST', `two/data/${path}`, { body: { data: { v: 1 } } });
    await call('POST', `cubbyhole/${path}`, { body: { v: 1 } });
  }
});
afterAll(() => w.stop());

describe('a scan', () => {
  it.each(['one', 'two/metadata', 'cubbyhole'])('of %s lists everything below', async (mount) => {
    const all = { keys: ['a', 'dir/b', 'dir/deep/c'] };
    expect((await call('SCAN', mount)).body.data).toEqual(all);
    expect((await call('GET', mount, { query: { scan: ['true'] } })).body.data).toEqual(all);
    expect((await call('SCAN', `${mount}/dir`)).body.data).toEqual({ keys: ['b', 'deep/c'] });
    expect((await call('SCAN', `${mount}/none`)).body.data).toEqual({});
  });

  it('has pages where listing has pages', async () => {
    const query = { scan: ['true'], after: ['a'], limit: ['1'] };
    expect((await call('GET', 'two/metadata', { query })).body.data).toEqual({ keys: ['dir/b'] });
  });

  it('has a capability of its own', async () => {
    await w.policy('lister', 'path "one/*" { capabilities = ["list", "read"] }');
    await w.policy('scanner', 'path "one/*" { capabilities = ["scan"] }');
    const lister = (await w.token({ policies: ['lister'] })).client_token;
    const scanner = (await w.token({ policies: ['scanner'] })).client_token;

    expect(refusal(await call('SCAN', 'one', { token: lister }))).toEqual(DENIED);
    expect((await call('SCAN', 'one', { token: scanner })).status).toBe(200);
    expect(refusal(await call('LIST', 'one', { token: scanner }))).toEqual(DENIED);
  });

  it('cannot be a list at the same time', async () => {
    const both = await call('GET', 'one', { query: { list: ['true'], scan: ['1'] } });
    expect(refusal(both)).toEqual({ status: 400, errors: [] });
    expect(refusal(await call('GET', 'one', { query: { scan: ['maybe'] } }))).toEqual({
      status: 400,
      errors: [],
    });
    const neither = await call('GET', 'one/a', { query: { list: ['false'], scan: ['false'] } });
    expect(neither.body.data).toEqual({ v: 1 });
  });

  it('is not supported by other endpoints', async () => {
    expect(refusal(await call('SCAN', 'sys/policies/acl'))).toEqual(UNSUPPORTED);
    expect(refusal(await call('SCAN', 'two/data'))).toEqual(UNSUPPORTED);
    expect(refusal(await call('SCAN', 'sys/remount/status/some-id'))).toEqual(UNSUPPORTED);
  });
});

describe('help', () => {
  it('shows path, operations and fields, whatever the method', async () => {
    const help = (await call('HELP', 'sys/remount')).body;
    expect(help).toEqual({ help: expect.any(String), see_also: null });
    for (const part of ['sys/remount', 'write', 'from (string)', 'to (string)', 'sudo'])
      expect(help.help).toContain(part);
    for (const method of ['GET', 'POST', 'DELETE'])
      expect((await call(method, 'sys/remount', { query: { help: ['1'] } })).body).toEqual(help);
    expect((await call('HELP', 'one/anything')).body.help).toContain('read, list, scan, write, delete');
  });

  it('does not do what the request would do', async () => {
    await call('DELETE', 'one/a', { query: { help: ['1'] } });
    expect((await call('GET', 'one/a')).status).toBe(200);
  });

  it('is for every token, and for no request without one', async () => {
    const { client_token: token } = await w.token({ policies: ['unheard-of'], no_default_policy: true });
    expect((await call('HELP', 'sys/remount', { token })).status).toBe(200);
    expect(refusal(await call('HELP', 'sys/remount', { token: '' }))).toEqual({
      status: 403,
      errors: ['permission denied'],
    });
  });

  it('is 404 for paths that do not exist', async () => {
    expect(refusal(await call('HELP', 'sys/nothing'))).toEqual({
      status: 404,
      errors: [wrapper('unsupported path')],
    });
    expect((await call('HELP', 'nowhere/at/all')).status).toBe(404);
  });
});

describe('a field that the path has already', () => {
  const REPLACED =
    "Endpoint replaced the value of these parameters with the values captured from the endpoint's path: [path]";

  it('has the value of the path, with a warning', async () => {
    const body = { path: 'elsewhere', data: { v: 2 } };
    const { body: answer } = await call('POST', 'two/data/here', { body });
    expect(answer.warnings).toEqual([REPLACED]);
    expect((await call('GET', 'two/data/here')).body.data.data).toEqual({ v: 2 });
    expect((await call('GET', 'two/data/elsewhere')).status).toBe(404);
  });

  it('is reported in addition to unknown fields', async () => {
    const body = { path: 'elsewhere', strange: 1, data: { v: 2 } };
    const { body: answer } = await call('POST', 'two/data/here', { body });
    expect(answer.warnings).toEqual(['Endpoint ignored these unrecognized parameters: [strange]', REPLACED]);
  });

  it('is data where every field is data', async () => {
    const answer = await call('POST', 'one/free', { body: { path: 'kept' } });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect((await call('GET', 'one/free')).body.data).toEqual({ path: 'kept' });
  });
});

describe('an error that quotes what was sent', () => {
  it('is as long as Lambda can pass on, and no longer', async () => {
    const quoting = (length: number) =>
      call('POST', 'sys/remount', { body: { from: '"'.repeat(length), to: 'x' } });
    expect((await quoting(1_000)).body.errors[0]).toContain('\\"'.repeat(1_000));

    const { status, text, body } = await quoting(2_000_000);

    expect({ status, ...body }).toEqual({ status: 400, errors: ['the error has more than 6000000 bytes'] });
    expect(answerBytes(text)).toBeLessThan(MAX_ANSWER_BYTES);
  });
});
