/** Deleting a namespace, which happens in the background (contract §4). */

import { describe, expect, it } from 'vitest';
import { lookupSelf } from './credentials.ts';
import { eventually } from './eventually.ts';
import { kv1, must, newNamespace, policyOf, tokenWith } from './fresh.ts';
import { call } from './http.ts';
import { mountPaths } from './snapshots.ts';
import { NOT_FOUND, refused } from './texts.ts';

/** A deletion first waits until every request that began before it has ended. */
const DELETION_MS = 80_000;

describe('a namespace that is deleted', () => {
  it('serves no more requests, is removed with all that was in it, and its name can be used again', {
    timeout: DELETION_MS + 20_000,
  }, async () => {
    const name = await newNamespace();
    const path = `sys/namespaces/${name}`;
    const { id } = (await must('GET', path)).body.data;
    const kv = await kv1(name);
    await must('POST', `${kv}/k`, { namespace: name, body: { a: 1 } });
    const token = await tokenWith(policyOf([`${kv}/*`, 'read']), name);

    const { body } = await must('DELETE', path);
    expect(body.data).toEqual({ status: 'in-progress' });
    for (const sent of [{ namespace: name }, { namespace: name, token }]) {
      const { status, body: error } = await call('GET', `${kv}/k`, sent);
      expect(status).toBe(404);
      expect([
        [`no handler for route "${kv}/k" on namespace "${name}/". route entry or namespace is tainted.`],
        ['namespace not found'],
      ]).toContainEqual(error.errors);
    }
    const meanwhile = await call('GET', path);
    if (meanwhile.status === 200) {
      expect(meanwhile.body.data.tainted).toBe(true);
      expect(await call('POST', path, { body: {} })).toMatchObject(
        refused('namespace with that name exists and is currently tainted'),
      );
      expect((await call('POST', `sys/namespaces/api-lock/lock/${name}`)).status).toBe(400);
    }

    expect(await eventually(() => call('GET', path), 404, DELETION_MS)).toMatchObject(NOT_FOUND);
    // The list is 404 if it was the last namespace.
    const { body: left } = await call('GET', 'sys/namespaces?list=true');
    expect(left.data?.keys ?? []).not.toContain(`${name}/`);
    await newNamespace(undefined, name);
    expect((await must('GET', path)).body.data.id).not.toBe(id);
    expect((await mountPaths('mounts', name)).sort()).toEqual(['cubbyhole/', 'identity/', 'sys/']);
    expect((await lookupSelf(token, name)).status).toBe(403);
    const policies = await must('GET', 'sys/policies/acl?list=true', { namespace: name });
    expect(policies.body.data.keys).toEqual(['default']);
  });
});
