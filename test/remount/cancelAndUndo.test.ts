import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { switchStep } from '../../functions/remount/steps.ts';
import { locate } from '../../functions/tree/locate.ts';
import type { Mount } from '../../functions/tree/mount.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { runMigration } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';

const UNKNOWN = '11111111-1111-4111-8111-111111111111';

let service: RemountService;
let a: Namespace;
let name: string;
let mount: Mount;

beforeAll(async () => {
  service = await remountService();
  a = await placeNamespace(service.deps, ROOT, 'a');
  await placeNamespace(service.deps, ROOT, 'b');
});
afterAll(() => service.deps.stop());
beforeEach(async () => {
  name = service.deps.ids.base62(8);
  mount = await placeMount(service.deps, `${name}/`);
});

async function uuidAt(path: string): Promise<string | undefined> {
  return (await locate(service.deps.store, `${path}/x`)).mount?.uuid;
}

function cancel(id: string, body: object = {}, namespace = '') {
  return service.call('POST', `sys/remount/cancel/${id}`, { body, namespace });
}

function undo(id: string, body: object = {}, namespace = '') {
  return service.call('POST', `sys/remount/undo/${id}`, { body, namespace });
}

describe('a cancellation', () => {
  it('ends a migration that is not switched, which then changes nothing', async () => {
    const id = await service.accept(name, `${name}-new`);
    const { status, body } = await cancel(id, { reason: 'wrong night' });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      migration_id: id,
      migration_info: {
        status: 'failure',
        phase: 'done',
        error: { code: 'cancelled', message: 'wrong night' },
      },
    });

    expect(await switchStep(service.deps, id)).toEqual({ left: [] });
    expect(await uuidAt(name)).toBe(mount.uuid);
    expect(await service.info(id)).toEqual(body.data.migration_info);
  });

  it('changes nothing when it is repeated', async () => {
    const id = await service.accept(name, `${name}-new`);
    const first = await cancel(id, { reason: 'first' });
    const second = await cancel(id, { reason: 'second' });
    expect(second.body.data).toEqual(first.body.data);
  });

  it('is refused after the switch, and names the way to undo', async () => {
    const id = await service.move(name, `${name}-new`);
    const { status, body } = await cancel(id);
    expect({ status, errors: body.errors }).toEqual({
      status: 409,
      errors: [`the mount has been switched already; POST sys/remount/undo/${id} takes it back`],
    });
    expect(await uuidAt(`${name}-new`)).toBe(mount.uuid);
  });

  it('is refused for a migration that has failed', async () => {
    const id = await service.accept(name, `${name}-new`);
    await placeMount(service.deps, `${name}-new/`);
    await runMigration(service.deps, id);
    expect(await cancel(id)).toMatchObject({ status: 409 });
    expect((await service.info(id)).error.code).toBe('target_in_use');
  });

  it('either wins or loses against the switch', async () => {
    for (let round = 0; round < 10; round++) {
      await placeMount(service.deps, `${name}${round}/`);
      const id = await service.accept(`${name}${round}`, `${name}${round}-new`);
      const [answer] = await Promise.all([cancel(id), switchStep(service.deps, id)]);
      const info = await service.info(id);
      expect(info.status).toBe(answer.status === 200 ? 'failure' : 'success');
      expect(await uuidAt(`${name}${round}${answer.status === 200 ? '' : '-new'}`)).toBeDefined();
    }
  });

  it('allows the same move to be requested again', async () => {
    const id = await service.accept(name, `${name}-new`);
    await cancel(id);
    const again = await service.move(name, `${name}-new`);
    expect(again).not.toBe(id);
    expect(await uuidAt(`${name}-new`)).toBe(mount.uuid);
  });
});

describe('an undo', () => {
  it('is a new migration of the same mount, back to its source', async () => {
    const id = await service.move(name, `a/${name}`);
    const { status, headers, body } = await undo(id, { reason: 'too early' });
    expect(status).toBe(200);
    expect(body.data).toEqual({ migration_id: expect.any(String), undo_of: id });
    expect(headers.Location).toBe(`/v1/sys/remount/status/${body.data.migration_id}`);
    await runMigration(service.deps, body.data.migration_id);

    expect(await uuidAt(name)).toBe(mount.uuid);
    expect(await service.info(body.data.migration_id)).toMatchObject({
      source_mount: `a/${name}/`,
      target_mount: `${name}/`,
      status: 'success',
      undo_of: id,
      reason: 'too early',
    });
  });

  it('is one migration however often it is requested, before and after it has ended', async () => {
    const id = await service.move(name, `${name}-new`);
    const first = (await undo(id)).body.data.migration_id;
    expect((await undo(id)).body.data.migration_id).toBe(first);
    await runMigration(service.deps, first);
    expect((await undo(id)).body.data.migration_id).toBe(first);
  });

  it('shows its plan first, and changes nothing', async () => {
    const id = await service.move(name, `${name}-new`);

    const plan = await undo(id, { dry_run: true });

    expect(plan).toMatchObject({
      status: 200,
      body: { data: { dry_run: true, undo_of: id, source_mount: `${name}-new/`, target_mount: `${name}/` } },
    });
    expect(await uuidAt(`${name}-new`)).toBe(mount.uuid);
    const back = (await undo(id)).body.data.migration_id;
    await runMigration(service.deps, back);
    const late = await undo(id, { dry_run: true });
    expect(late.body.data).toEqual({ dry_run: true, migration_id: back, undo_of: id });
  });

  it('is refused in its plan as it would be refused', async () => {
    const id = await service.move(name, `${name}-new`);
    await placeMount(service.deps, `${name}/`);

    const refused = await undo(id);

    expect(refused.status).toBe(400);
    expect(await undo(id, { dry_run: true })).toMatchObject({
      status: 400,
      text: expect.stringContaining('path already in use'),
    });
  });

  it('can be undone itself', async () => {
    const id = await service.move(name, `${name}-new`);
    const back = (await undo(id)).body.data.migration_id;
    await runMigration(service.deps, back);
    const forth = (await undo(back)).body.data.migration_id;
    await runMigration(service.deps, forth);
    expect(await uuidAt(`${name}-new`)).toBe(mount.uuid);
  });

  it('is refused once the mount has moved again, even away and back', async () => {
    const id = await service.move(name, `${name}-1`);
    await service.move(`${name}-1`, `${name}-2`);
    expect(await undo(id)).toMatchObject({ status: 409 });
    await service.move(`${name}-2`, `${name}-1`);
    const { status, body } = await undo(id);
    expect({ status, errors: body.errors }).toEqual({
      status: 409,
      errors: [`the mount is no longer at "${name}-1/" as the migration has left it`],
    });
  });

  it('fails when the mount is moved again after the undo was accepted', async () => {
    const id = await service.move(name, `${name}-1`);
    const back = (await undo(id)).body.data.migration_id;
    await service.move(`${name}-1`, `${name}-2`);
    await service.move(`${name}-2`, `${name}-1`);
    await runMigration(service.deps, back);
    expect(await service.info(back)).toMatchObject({ status: 'failure', error: { code: 'source_gone' } });
    expect(await uuidAt(`${name}-1`)).toBe(mount.uuid);
  });

  it('is refused when the old path is taken', async () => {
    const id = await service.move(name, `${name}-new`);
    await placeMount(service.deps, `${name}/inside/`);
    const { status, body } = await undo(id);
    expect({ status, errors: body.errors }).toEqual({
      status: 400,
      errors: [`path already in use at "${name}/inside/"`],
    });
  });

  it('is refused before the switch and after a failure', async () => {
    const id = await service.accept(name, `${name}-new`);
    expect((await undo(id)).body.errors).toEqual([
      `the mount has not been switched yet; POST sys/remount/cancel/${id} stops the migration`,
    ]);
    await cancel(id);
    expect((await undo(id)).body.errors).toEqual(['the migration has failed, and has changed nothing']);
  });

  it('remembers its idempotency key', async () => {
    const id = await service.move(name, `${name}-new`);
    const first = (await undo(id, { idempotency_key: name })).body.data.migration_id;
    await runMigration(service.deps, first);
    await service.move(name, `${name}-3`);
    const again = await undo(id, { idempotency_key: name });
    expect(again.body.data.migration_id).toBe(first);
    expect(again.headers['Idempotent-Replayed']).toBe('true');
  });
});

describe('a request to cancel or undo', () => {
  it('must be in a namespace above source and target', async () => {
    await placeMount(service.deps, `${name}/`, { namespaceId: a.id });
    const id = await service.move(`a/${name}`, `b/${name}`);
    for (const namespace of ['a/', 'b/']) {
      const { status, body } = await undo(id, {}, namespace);
      expect({ status, errors: body.errors }).toEqual({
        status: 400,
        errors: [
          'the migration reaches outside this namespace; ask in a namespace above its source and target',
        ],
      });
      expect((await cancel(id, {}, namespace)).status).toBe(400);
    }
    expect((await undo(id)).status).toBe(200);
  });

  it('finds no migration that does not exist or that its namespace does not see', async () => {
    const id = await service.move(name, `${name}-new`);
    for (const ask of [cancel, undo]) {
      expect(await ask(id, {}, 'a/')).toMatchObject({ status: 404, body: { errors: [] } });
      expect(await ask(UNKNOWN)).toMatchObject({ status: 404, body: { errors: [] } });
      expect(await ask('nonsense')).toMatchObject({ status: 404, body: { errors: [] } });
    }
  });

  it('needs sudo', async () => {
    const policy = 'path "sys/remount/*" { capabilities = ["update"] }';
    await service.call('POST', 'sys/policies/acl/mover', { body: { policy } });
    const { body } = await service.call('POST', 'auth/token/create', { body: { policies: ['mover'] } });
    const id = await service.accept(name, `${name}-new`);
    for (const path of ['cancel', 'undo']) {
      const answer = await service.call('POST', `sys/remount/${path}/${id}`, {
        token: body.auth.client_token,
      });
      expect(answer.status).toBe(403);
    }
  });
});
