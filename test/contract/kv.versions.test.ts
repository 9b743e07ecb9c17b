/** kv version 2: versions, their deletion, check-and-set and patches (contract §9.2). */

import { beforeAll, describe, expect, it } from 'vitest';
import { kv2, must, policyOf, tokenWith, unique } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { improved, NOT_AUTHORIZED, NOT_FOUND, refused } from './texts.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

const MERGE = { 'Content-Type': 'application/merge-patch+json' };

let kv: string;
beforeAll(async () => {
  kv = await kv2();
});

function write(key: string, data: object | undefined, options?: object): Promise<Answer> {
  return call('POST', `${kv}/data/${key}`, { body: { data, options } });
}

function patch(key: string, data: object | undefined, options?: object): Promise<Answer> {
  return call('PATCH', `${kv}/data/${key}`, { headers: MERGE, body: { data, options } });
}

function read(key: string, query = ''): Promise<Answer> {
  return call('GET', `${kv}/data/${key}${query}`);
}

function change(verb: 'delete' | 'undelete' | 'destroy', key: string, body: object): Promise<Answer> {
  return call('POST', `${kv}/${verb}/${key}`, { body });
}

/** @returns a key with that many versions: `{ n: 1 }`, `{ n: 2 }` and so on */
async function versions(count: number): Promise<string> {
  const key = unique('app');
  for (let n = 1; n <= count; n++) await must('POST', `${kv}/data/${key}`, { body: { data: { n } } });
  return key;
}

/** A deleted version is 404 with an envelope that has no errors. */
function expectDeleted({ status, body }: Answer, metadata: object): void {
  expect(status).toBe(404);
  expect(body).not.toHaveProperty('errors');
  expect(body.request_id).toEqual(expect.any(String));
  expect(body.data).toEqual({ data: null, metadata: expect.objectContaining(metadata) });
}

describe('a version', () => {
  it('has the same metadata in the answers of a write and a read', async () => {
    const key = unique('app');
    const { status, body } = await write(key, { a: 1.5 });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      version: 1,
      created_time: expect.stringMatching(TIME),
      deletion_time: '',
      destroyed: false,
      custom_metadata: null,
    });
    expect((await read(key)).body.data).toEqual({ data: { a: 1.5 }, metadata: body.data });
  });

  it('is read by its number, and the newest one by 0 or no number', async () => {
    const key = await versions(2);
    expect((await read(key, '?version=1')).body.data.data).toEqual({ n: 1 });
    for (const query of ['', '?version=0', '?version=2'])
      expect((await read(key, query)).body.data).toMatchObject({ data: { n: 2 }, metadata: { version: 2 } });
    expect(await read(key, '?version=3')).toMatchObject(NOT_FOUND);
    expect(await read(unique('nope'))).toMatchObject(NOT_FOUND);
  });

  it('stores any object, the empty one too', async () => {
    const key = unique('app');
    expect(await write(key, {})).toMatchObject({ status: 200 });
    expect((await read(key)).body.data.data).toEqual({});
  });

  improved('gives numbers back as they came', async () => {
    const key = unique('app');
    const text = '{"big":12345678901234567890,"exact":1.50}';
    await must('POST', `${kv}/data/${key}`, { body: `{"data":${text}}` });
    expect((await read(key)).text).toContain(text);
  });

  improved('is refused with null, which is no object', async () => {
    const body = { data: null };
    const key = unique('app');
    expect(await call('POST', `${kv}/data/${key}`, { body })).toMatchObject({ status: 400 });
    expect(await read(key)).toMatchObject(NOT_FOUND);
  });

  it.each([{}, { options: { cas: 0 } }])('is not written with %j', async (body) => {
    expect(await call('POST', `${kv}/data/${unique('app')}`, { body })).toMatchObject(
      refused('no data provided'),
    );
  });

  it('needs one capability if it is the first, and another if it is not', async () => {
    const token = await tokenWith(policyOf([`${kv}/data/*`, 'create']));
    const path = `${kv}/data/${unique('app')}`;
    const sent = { token, body: { data: { a: 1 } } };
    expect(await call('POST', path, sent)).toMatchObject({ status: 200 });
    expect(await call('POST', path, sent)).toMatchObject(NOT_AUTHORIZED);
  });
});

describe('check-and-set', () => {
  const mismatch = refused('check-and-set parameter did not match the current version');

  it('accepts a write that names the current version, as number or string', async () => {
    const key = unique('app');
    expect(await write(key, { a: 1 }, { cas: 1 })).toMatchObject(mismatch);
    expect(await write(key, { a: 1 }, { cas: 0 })).toMatchObject({ status: 200 });
    expect(await write(key, { a: 2 }, { cas: 0 })).toMatchObject(mismatch);
    expect(await write(key, { a: 2 }, { cas: '1' })).toMatchObject({ status: 200 });
    expect(await patch(key, { a: 3 }, { cas: 1 })).toMatchObject(mismatch);
    expect(await patch(key, { a: 3 }, { cas: 2 })).toMatchObject({ status: 200 });
    expect(await write(key, { a: 4 }, { cas: 'two' })).toMatchObject(
      refused('error parsing check-and-set parameter'),
    );
  });

  it('accepts one of ten concurrent writes', async () => {
    const key = unique('app');
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => write(key, { i }, { cas: 0 })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await must('GET', `${kv}/metadata/${key}`)).body.data.current_version).toBe(1);
  });

  it('still counts the newest version after it was deleted', async () => {
    const key = await versions(1);
    await must('DELETE', `${kv}/data/${key}`);
    expect(await write(key, { a: 2 }, { cas: 0 })).toMatchObject(mismatch);
    expect((await write(key, { a: 2 }, { cas: 1 })).body.data.version).toBe(2);
  });

  it('is required if the secret or its mount says so', async () => {
    const required = refused('check-and-set parameter required for this call');
    const own = await kv2();
    await must('POST', `${own}/config`, { body: { cas_required: true } });
    expect(await call('POST', `${own}/data/a`, { body: { data: {} } })).toMatchObject(required);
    const key = await versions(1);
    await must('POST', `${kv}/metadata/${key}`, { body: { cas_required: true } });
    expect(await write(key, { a: 1 })).toMatchObject(required);
    expect(await patch(key, { a: 1 })).toMatchObject(required);
    expect(await write(key, { a: 1 }, { cas: 1 })).toMatchObject({ status: 200 });
  });
});

describe('the deletion of a version', () => {
  it('by DELETE affects the newest version only, and keeps the secret', async () => {
    const key = await versions(2);
    for (const path of [key, key, unique('nope')])
      expect(await call('DELETE', `${kv}/data/${path}`)).toMatchObject({ status: 204, text: '' });
    const deleted = { version: 2, destroyed: false, deletion_time: expect.stringMatching(TIME) };
    expectDeleted(await read(key), deleted);
    expectDeleted(await read(key, '?version=2'), deleted);
    expect(await read(key, '?version=1')).toMatchObject({ status: 200 });
  });

  it('by number can be undone, and ignores unknown numbers', async () => {
    const key = await versions(3);
    expect(await change('delete', key, { versions: [1, 3, 9] })).toMatchObject({ status: 204, text: '' });
    expectDeleted(await read(key, '?version=1'), { version: 1, destroyed: false });
    expectDeleted(await read(key), { version: 3 });
    expect(await change('undelete', key, { versions: '1,3,9' })).toMatchObject({ status: 204, text: '' });
    expect((await read(key, '?version=1')).body.data).toMatchObject({
      data: { n: 1 },
      metadata: { deletion_time: '' },
    });
    for (const verb of ['delete', 'undelete', 'destroy'] as const)
      expect(await change(verb, unique('nope'), { versions: [1] })).toMatchObject({ status: 204 });
  });

  it('by destroy cannot be undone', async () => {
    const key = await versions(2);
    expect(await call('PUT', `${kv}/destroy/${key}`, { body: { versions: [1, 9] } })).toMatchObject({
      status: 204,
      text: '',
    });
    await must('POST', `${kv}/undelete/${key}`, { body: { versions: [1] } });
    expectDeleted(await read(key, '?version=1'), { version: 1, destroyed: true });
    expect(await read(key)).toMatchObject({ status: 200 });
  });

  it.each([
    ['delete', 'No version number provided'],
    ['undelete', 'No version number provided'],
    ['destroy', 'no version number provided'],
  ] as const)('by %s needs a number', async (verb, text) => {
    expect(await change(verb, 'app', {})).toMatchObject(refused(text));
  });

  it('happens beyond the maximum number of versions of the secret or its mount, or else ten', async () => {
    const own = await kv2();
    const oldest = async (key: string, count: number) => {
      for (let n = 1; n <= count; n++) await must('POST', `${own}/data/${key}`, { body: { data: { n } } });
      const { data } = (await must('GET', `${own}/metadata/${key}`)).body;
      return { oldest: data.oldest_version, kept: Object.keys(data.versions).length };
    };
    expect(await oldest('ten', 11)).toEqual({ oldest: 2, kept: 10 });
    await must('POST', `${own}/config`, { body: { max_versions: 3 } });
    expect(await oldest('three', 5)).toEqual({ oldest: 3, kept: 3 });
    // The greater of the two counts.
    await must('POST', `${own}/metadata/two`, { body: { max_versions: 2 } });
    expect(await oldest('two', 5)).toEqual({ oldest: 3, kept: 3 });
    await must('POST', `${own}/metadata/four`, { body: { max_versions: 4 } });
    expect(await oldest('four', 6)).toEqual({ oldest: 3, kept: 4 });
    expect(await call('GET', `${own}/data/four?version=2`)).toMatchObject(NOT_FOUND);
  });

  it('may be scheduled by the secret or its mount', async () => {
    const key = unique('app');
    await must('POST', `${kv}/metadata/${key}`, { body: { delete_version_after: '1h' } });
    const { created_time, deletion_time } = (await write(key, { a: 1 })).body.data;
    expect(Date.parse(deletion_time) - Date.parse(created_time)).toBe(3_600_000);
    expect(await read(key)).toMatchObject({ status: 200 });
    const short = unique('app');
    await must('POST', `${kv}/metadata/${short}`, { body: { delete_version_after: '1s' } });
    await write(short, { a: 1 });
    await expect.poll(async () => (await read(short)).status, { timeout: 5_000 }).toBe(404);
    expectDeleted(await read(short), { version: 1, destroyed: false });
  });
});

describe('a patch', () => {
  it('creates a version from the newest one and the fields that are sent', async () => {
    const key = unique('app');
    await write(key, { a: 1, b: { c: 2, d: [1] }, e: 'x' });
    const { status, body } = await patch(key, { a: null, b: { d: [2], f: 3 } });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ version: 2, destroyed: false, deletion_time: '' });
    expect((await read(key)).body.data.data).toEqual({ b: { c: 2, d: [2], f: 3 }, e: 'x' });
  });

  it('is 404 if there is no version, or if it was deleted or destroyed', async () => {
    expect(await patch(unique('nope'), { a: 1 })).toMatchObject({ status: 404, text: '' });
    const key = await versions(1);
    await must('DELETE', `${kv}/data/${key}`);
    const deleted = await patch(key, { a: 1 });
    expect(deleted.status).toBe(404);
    expect(deleted.body.data).toMatchObject({ version: 1, destroyed: false });
    await must('PUT', `${kv}/destroy/${key}`, { body: { versions: [1] } });
    expect((await patch(key, { a: 1 })).body.data).toMatchObject({ version: 1, destroyed: true });
  });

  it('without data is refused', async () => {
    expect(await patch(await versions(1), undefined)).toMatchObject(refused('no data provided'));
  });
});
