import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RemountService, remountService } from '../remount/remountService.ts';
import { placeMount } from '../support/place.ts';

const ajv = new Ajv2020({ strict: false });

let service: RemountService;
beforeAll(async () => {
  service = await remountService();
  ajv.addSchema((await service.call('GET', 'sys/internal/specs/openapi')).body, 'api');
  await placeMount(service.deps, 'old/');
});
afterAll(() => service.deps.stop());

/** Whether the body matches the successful answer in the document. */
function isAsDescribed(template: string, method: string, body: unknown): boolean {
  const path = encodeURIComponent(template.replaceAll('/', '~1'));
  return ajv.validate(
    { $ref: `api#/paths/${path}/${method}/responses/200/content/application~1json/schema` },
    body,
  );
}

/** Answers that clients of a running service can hardly see, because a move ends at once there. */
describe('the document describes', () => {
  it('a move in progress, and its cancellation', async () => {
    const id = await service.accept('old', 'new');
    const underWay = (await service.call('GET', `sys/remount/status/${id}`)).body;
    expect(underWay.data.migration_info.status).toBe('in-progress');
    expect(isAsDescribed('/sys/remount/status/{migration_id}', 'get', underWay)).toBe(true);
    const { status, body } = await service.call('POST', `sys/remount/cancel/${id}`, { body: {} });
    expect(status).toBe(200);
    expect(isAsDescribed('/sys/remount/cancel/{migration_id}', 'post', body)).toBe(true);
    expect(isAsDescribed('/sys/remount/cancel/{migration_id}', 'post', { ...body, more: 1 })).toBe(false);
  });

  it('a run of many moves, its cancellation and its report', async () => {
    await placeMount(service.deps, 'many/');
    const body = { moves: [{ from: 'many', to: 'moved-many' }] };
    const { bulk_id: id } = (await service.call('POST', 'sys/remount/bulk', { body })).body.data;
    const cancelled = await service.call('POST', `sys/remount/bulk/cancel/${id}`, { body: {} });
    expect(cancelled.body.data.bulk_info.status).toBe('in-progress');
    expect(isAsDescribed('/sys/remount/bulk/cancel/{bulk_id}', 'post', cancelled.body)).toBe(true);
    const document = (await service.call('GET', 'sys/internal/specs/openapi')).body;
    const { content } = document.paths['/sys/remount/bulk/report/{bulk_id}'].get.responses[200];
    for (const format of ['jsonl', 'csv']) {
      const { headers } = await service.call('GET', `sys/remount/bulk/report/${id}`, {
        query: { format: [format] },
      });
      expect(Object.keys(content)).toContain(headers['Content-Type']?.split(';')[0]);
    }
  });
});
