import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IDEMPOTENCY_RETENTION_S } from '../../functions/limits.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { runMigration } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;
let name: string;
let key: string;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.deps.stop());
beforeEach(async () => {
  name = service.deps.ids.base62(8);
  key = `night of ${name}`;
  await placeMount(service.deps, `${name}/`);
});

function post(body: object, headers: Record<string, string> = {}, namespace?: string) {
  return service.call('POST', 'sys/remount', { body, headers, ...(namespace ? { namespace } : {}) });
}

describe('an idempotency key', () => {
  it('returns the same migration, whatever happened meanwhile', async () => {
    const body = { from: name, to: `${name}-1` };
    const first = await post(body, { 'idempotency-key': key });
    expect(first.headers).not.toHaveProperty('Idempotent-Replayed');
    await runMigration(service.deps, first.body.migration_id);
    await service.move(`${name}-1`, `${name}-2`);

    const second = await post(body, { 'idempotency-key': key });
    expect(second.status).toBe(200);
    expect(second.body.migration_id).toBe(first.body.migration_id);
    expect(second.headers['Idempotent-Replayed']).toBe('true');
  });

  it('may be a field, in any order', async () => {
    const first = await post({ from: name, to: `${name}-1`, reason: 'x', idempotency_key: key });
    const second = await post({ idempotency_key: key, reason: 'x', to: `${name}-1`, from: name });
    expect(second.body.migration_id).toBe(first.body.migration_id);
    expect(second.headers['Idempotent-Replayed']).toBe('true');
  });

  it('is refused with another request, which changes nothing', async () => {
    await post({ from: name, to: `${name}-1` }, { 'idempotency-key': key });
    const started = service.deps.started.length;
    const { status, body } = await post({ from: name, to: `${name}-2` }, { 'idempotency-key': key });
    expect({ status, errors: body.errors }).toEqual({
      status: 422,
      errors: ['the idempotency key was used with another request'],
    });
    expect(service.deps.started.length).toBe(started);
  });

  it('accepts one of five different concurrent requests', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((i) => post({ from: name, to: `${name}-${i}` }, { 'idempotency-key': key })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422]);
  });

  it('gives one migration to twenty concurrent requests', async () => {
    const body = { from: name, to: `${name}-1` };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(body, { 'idempotency-key': key })),
    );
    expect(new Set(answers.map(({ body }) => body.migration_id)).size).toBe(1);
    const started = service.deps.started.filter(({ id }) => id === answers[0]?.body.migration_id);
    expect(started.length).toBe(1);
  });

  it('is recorded for a move that started without it', async () => {
    const body = { from: name, to: `${name}-1` };
    const { migration_id: id } = (await post(body)).body;
    expect((await post(body, { 'idempotency-key': key })).body.migration_id).toBe(id);
    await runMigration(service.deps, id);
    await service.move(`${name}-1`, `${name}-2`);
    expect((await post(body, { 'idempotency-key': key })).body.migration_id).toBe(id);
  });

  it('is independent in another namespace', async () => {
    const namespace = await placeNamespace(service.deps, ROOT, name.concat('ns'));
    await placeMount(service.deps, 'kv/', { namespaceId: namespace.id });
    await post({ from: name, to: `${name}-1` }, { 'idempotency-key': key });
    const answer = await post({ from: 'kv', to: 'new' }, { 'idempotency-key': key }, namespace.path);
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('Idempotent-Replayed');
  });

  it('is free again after thirty days', async () => {
    const body = { from: name, to: `${name}-1` };
    const first = await post(body, { 'idempotency-key': key });
    await runMigration(service.deps, first.body.migration_id);
    await service.move(`${name}-1`, name);
    service.deps.clock.pass(IDEMPOTENCY_RETENTION_S * 1_000 + 1_000);

    const later = await post(body, { 'idempotency-key': key });
    expect(later.status).toBe(200);
    expect(later.body.migration_id).not.toBe(first.body.migration_id);
    service.deps.clock.pass(-(IDEMPOTENCY_RETENTION_S * 1_000 + 1_000));
  });

  it.each([[''], ['x'.repeat(256)], [7], [['a']]])('cannot be %j', async (unusable) => {
    const { status } = await post({ from: name, to: `${name}-1`, idempotency_key: unusable });
    expect(status).toBe(400);
  });

  it('stays free when the request is refused, so that it can be corrected', async () => {
    expect((await post({ from: 'nothing', to: 'there' }, { 'idempotency-key': key })).status).toBe(400);
    expect((await post({ from: name, to: `${name}-1` }, { 'idempotency-key': key })).status).toBe(200);
  });
});
