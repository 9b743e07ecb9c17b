/** What this service offers beyond the reference: to plan, repeat, list, cancel and undo moves. */

import { describe, expect } from 'vitest';
import { kv1, newNamespace, unique } from './fresh.ts';
import { call } from './http.ts';
import { move, settled, start } from './moving.ts';
import { improved } from './texts.ts';

async function mounts(): Promise<string[]> {
  return Object.keys((await call('GET', 'sys/mounts')).body.data);
}

describe('a client that moves mounts', () => {
  improved('reads the plan of a move without starting it', async () => {
    const source = await kv1();
    const target = unique('planned');
    const { status, body } = await call('POST', 'sys/remount/plan', { body: { from: source, to: target } });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      dry_run: true,
      source_mount: `${source}/`,
      target_mount: `${target}/`,
    });
    expect(await mounts()).toContain(`${source}/`);
    expect(await mounts()).not.toContain(`${target}/`);
  });

  improved('takes policies with a mount, and back', async () => {
    const source = await kv1();
    const target = unique('followed');
    const policy = unique('policy');
    const text = `# read all\npath "${source}/*" { capabilities = ["read"] }\n`;
    const path = `sys/policies/acl/${policy}`;
    await call('POST', path, { body: { policy: text } });
    const { body } = await call('POST', 'sys/remount', {
      body: { from: source, to: target, policies: 'follow' },
    });
    await settled(body.migration_id);
    const status = await call('GET', `sys/remount/status/${body.migration_id}`);
    const after = (await call('GET', path)).body.data;
    expect(after.policy).toBe(text.replace(source, target));
    expect(status.body.data.migration_info.policies).toMatchObject({
      mode: 'follow',
      changed: [{ namespace: '', policy, version: after.version }],
    });
    const undo = await call('POST', `sys/remount/undo/${body.migration_id}`, { body: {} });
    await settled(undo.body.data.migration_id);
    expect((await call('GET', path)).body.data.policy).toBe(text);
  });

  improved('repeats a request by its idempotency key', async () => {
    const source = await kv1();
    const request = {
      headers: { 'Idempotency-Key': unique('key') },
      body: { from: source, to: unique('target') },
    };
    const first = await call('POST', 'sys/remount', request);
    await settled(first.body.migration_id);
    const second = await call('POST', 'sys/remount', request);
    expect(second.body.migration_id).toBe(first.body.migration_id);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    const other = { ...request, body: { from: source, to: unique('other') } };
    expect((await call('POST', 'sys/remount', other)).status).toBe(422);
  });

  improved('gets the location of the status, and 304 while the status is unchanged', async () => {
    const started = await start(await kv1(), unique('target'));
    const path = (started.headers.get('location') ?? '').replace('/v1/', '');
    expect(started.headers.get('retry-after')).toBe('1');
    await settled(started.body.migration_id);
    const etag = (await call('GET', path)).headers.get('etag') ?? '';
    const again = await call('GET', path, { headers: { 'If-None-Match': etag } });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
  });

  improved('lists migrations, newest first, and in a namespace only its own', async () => {
    const namespace = await newNamespace();
    const source = await kv1(namespace, 'kv');
    const first = await move(source, 'one', { namespace });
    const second = await move('one', 'two', { namespace });
    await move(await kv1(), unique('elsewhere'));
    const { status, body } = await call('GET', 'sys/remount/status?list=true', { namespace });
    expect(status).toBe(200);
    expect(body.data.keys).toEqual([second, first]);
    expect(body.data.key_info[first]).toMatchObject({ target_mount: `${namespace}/one/`, status: 'success' });
  });

  improved('undoes a move, and cannot cancel one that is done', async () => {
    const source = await kv1();
    const id = await move(source, unique('target'));
    expect((await call('POST', `sys/remount/cancel/${id}`)).status).toBe(409);
    const { status, body } = await call('POST', `sys/remount/undo/${id}`, { body: { reason: 'a test' } });
    expect(status).toBe(200);
    expect(await settled(body.data.migration_id)).toMatchObject({ status: 'success', undo_of: id });
    expect(await mounts()).toContain(`${source}/`);
    expect((await call('GET', `sys/remount/irrevocable/${id}`)).body.data.keys).toEqual([]);
  });
});
