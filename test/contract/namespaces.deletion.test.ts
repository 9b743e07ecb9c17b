/** Deleting a namespace: it is not found at once, and its name is free (contract §4). */

import { describe, expect, it } from 'vitest';
import { lookupSelf } from './credentials.ts';
import { eventually } from './eventually.ts';
import { kv1, must, newNamespace, policyOf, tokenWith } from './fresh.ts';
import { call } from './http.ts';
import { mountPaths } from './snapshots.ts';
import { NOT_FOUND } from './texts.ts';

/** Within this time a deleted namespace is not found any more. */
const GONE_MS = 1_000;

describe('a namespace that is deleted', () => {
  it('is not found, and nothing answers below it', async () => {
    const name = await newNamespace();
    const path = `sys/namespaces/${name}`;
    const kv = await kv1(name);
    await must('POST', `${kv}/k`, { namespace: name, body: { a: 1 } });
    const token = await tokenWith(policyOf([`${kv}/*`, 'read']), name);

    const { body } = await must('DELETE', path);

    expect(body.data).toEqual({ status: 'in-progress' });
    expect(await eventually(() => call('GET', path), 404, GONE_MS)).toMatchObject(NOT_FOUND);
    // Not found if it was the last one.
    const { body: left } = await call('GET', 'sys/namespaces?list=true');
    expect(left.data?.keys ?? []).not.toContain(`${name}/`);
    for (const sent of [{ namespace: name }, { namespace: name, token }]) {
      const { status, body: error } = await call('GET', `${kv}/k`, sent);
      expect([status, error.errors]).toEqual([404, ['namespace not found']]);
    }
    const { status, body: error } = await call('GET', `${name}/${kv}/k`);
    const route = `no handler for route "${name}/${kv}/k". route entry not found.`;
    expect([status, error.errors]).toEqual([404, [route]]);
    const again = await must('DELETE', path);
    expect(again.body.warnings).toEqual(['requested namespace does not exist']);
  });

  it('leaves its name free for another, which has nothing of it', async () => {
    const name = await newNamespace();
    const path = `sys/namespaces/${name}`;
    const { id } = (await must('GET', path)).body.data;
    const kv = await kv1(name);
    await must('POST', `${kv}/k`, { namespace: name, body: { a: 1 } });
    const token = await tokenWith(policyOf([`${kv}/*`, 'read']), name);
    await must('DELETE', path);

    await eventually(() => call('POST', path, { body: {} }), 200, GONE_MS);

    expect((await must('GET', path)).body.data.id).not.toBe(id);
    expect((await mountPaths('mounts', name)).sort()).toEqual(['cubbyhole/', 'identity/', 'sys/']);
    expect((await lookupSelf(token, name)).status).toBe(403);
    expect((await lookupSelf(token)).status).toBe(403);
    const policies = await must('GET', 'sys/policies/acl?list=true', { namespace: name });
    expect(policies.body.data.keys).toEqual(['default']);
    await must('DELETE', path);
  });
});
