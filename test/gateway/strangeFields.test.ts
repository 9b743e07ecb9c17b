import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RemountService, remountService } from '../remount/remountService.ts';

let service: RemountService;

beforeAll(async () => {
  service = await remountService();
  await service.call('POST', 'sys/mounts/kv', { body: { type: 'kv' } });
});
afterAll(() => service.deps.stop());

const move = { from: 'kv', to: 'moved' };

async function refused(path: string, body: object, text: string, query: Record<string, string[]> = {}) {
  const answer = await service.call('POST', path, { body, query });
  expect({ status: answer.status, errors: answer.body.errors }).toEqual({ status: 400, errors: [text] });
  expect(service.deps.started).toEqual([]);
}

describe('a misspelt field', () => {
  it.each([
    ['dry-run', 'dry_run'],
    ['dryRun', 'dry_run'],
    ['Dry_Run', 'dry_run'],
    ['dry_rum', 'dry_run'],
    ['idempotencykey', 'idempotency_key'],
    ['allow_cpy', 'allow_copy'],
    ['reasn', 'reason'],
    ['policy', 'policies'],
  ])('%s of a move is refused, and nothing moves', (typed, meant) =>
    refused('sys/remount', { ...move, [typed]: true }, `unknown field "${typed}"; did you mean "${meant}"?`),
  );

  it.each([
    'sys/remount/plan',
    'sys/remount/bulk',
    'sys/remount/schedules/nightly',
    'sys/remount/schedules/nightly/pause',
    'sys/remount/schedules/nightly/resume',
    'sys/remount/cancel/0',
    'sys/remount/undo/0',
    'sys/remount/irrevocable/0/retry',
    'sys/remount/bulk/cancel/0',
    'sys/remount/bulk/undo/0',
  ])('or any other that is unknown is refused by %s, which Vault does not have', (path) =>
    refused(path, { zeta: 1 }, 'unknown field "zeta"'),
  );

  it('of a row is refused', async () => {
    await refused('sys/remount/bulk', { moves: [{ ...move, too: 'x' }] }, `unknown field "too" in 'moves'`);
    await refused('sys/remount/bulk', { rules: [{ form: 'a' }] }, `unknown field "form" in 'rules'`);
  });
});

describe('a parameter of the query', () => {
  const text = (name: string) =>
    `the query parameter "${name}" has no effect here: send it as a field of the body`;

  it.each(['dryrun', 'dry_run', 'dry-run'])(
    'such as %s is refused by a move, which would not read it',
    (name) => refused('sys/remount', move, text(name), { [name]: ['true'] }),
  );

  it('is refused by a bulk run in JSON, and read by one in CSV', async () => {
    await refused('sys/remount/bulk', { moves: [move] }, text('dry_run'), { dry_run: ['true'] });
    const send = (query: Record<string, string[]>) =>
      service.call('POST', 'sys/remount/bulk', {
        body: 'from,to\nkv,moved',
        headers: { 'content-type': 'text/csv' },
        query,
      });
    expect((await send({ dry_run: ['true'] })).body.data.dry_run).toBe(true);
    const wrong = await send({ dryrun: ['true'] });
    expect(wrong.body.errors).toEqual(['unknown field "dryrun"; did you mean "dry_run"?']);
  });
});

it('a field of another client that resembles none of ours is passed over by a move, as in Vault', async () => {
  const { status, body } = await service.call('POST', 'sys/remount', {
    body: { ...move, zeta: 1 },
    query: { x: ['1'] },
  });
  expect(status).toBe(200);
  expect(body.warnings).toContain('Endpoint ignored these unrecognized parameters: [zeta]');
});
