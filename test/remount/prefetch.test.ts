import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ref } from '../../functions/ports/store.ts';
import { recordAt } from '../../functions/remount/readMigration.ts';
import { statusRoutes } from '../../functions/remount/statusRoutes.ts';
import { type Caller, caller } from '../support/call.ts';
import { rootToken } from '../support/tokens.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;
let id: string;
/** Requests to the status function. */
let status: Caller;
/** Single reads in the order in which they start, and the most that were in flight at once. */
let reads: { tables: string[]; atOnce: number };

beforeAll(async () => {
  service = await remountService();
  await service.call('POST', 'sys/mounts/kv', { body: { type: 'kv' } });
  await service.call('POST', 'sys/namespaces/team');
  id = await service.move('kv', 'moved');
  const { deps } = service;
  let inFlight = 0;
  const get = async (ref: Ref) => {
    reads.tables.push(ref.table);
    reads.atOnce = Math.max(reads.atOnce, ++inFlight);
    return deps.store.get(ref).finally(() => inFlight--);
  };
  const watched = { ...deps, store: { ...deps.store, get } };
  const api = { builtin: statusRoutes, engines: {}, readOnly: true, prefetch: recordAt };
  status = caller(watched, api, await rootToken(deps));
});
afterAll(() => service.deps.stop());

function statusOf(path: string, options = {}) {
  reads = { tables: [], atOnce: 0 };
  return status('GET', path, options);
}

describe('the status function', () => {
  it('reads token and record at the same time, and each once', async () => {
    const answer = await statusOf(`sys/remount/status/${id}`);
    expect(answer.body.data.migration_info.status).toBe('success');
    expect(reads.tables.sort()).toEqual(['access', 'migrations']);
    expect(reads.atOnce).toBe(2);
  });

  it.each([
    ['an unknown token', 403, { token: 'hvs.nobody' }],
    ['no token', 403, { token: '' }],
    ['a namespace that may not see it', 404, { namespace: 'team' }],
  ])('shows nothing of the record it has read to %s', async (_, code, options) => {
    const answer = await statusOf(`sys/remount/status/${id}`, options);
    expect(answer.status).toBe(code);
    expect(answer.text).not.toContain('moved');
  });

  it('reads no record without a token, or for an invalid id', async () => {
    await statusOf(`sys/remount/status/${id}`, { token: '' });
    expect(reads.tables).toEqual([]);
    await statusOf('sys/remount/status/no-id');
    expect(reads.tables).toEqual(['access']);
  });

  it('reads again while the migration is young and open', async () => {
    await service.call('POST', 'sys/mounts/other', { body: { type: 'kv' } });
    const open = await service.accept('other', `other-${randomUUID()}`);
    const answer = await statusOf(`sys/remount/status/${open}`);
    expect(answer.body.data.migration_info.status).toBe('in-progress');
    expect(reads.tables.filter((table) => table === 'migrations').length).toBeGreaterThan(5);
  });
});
