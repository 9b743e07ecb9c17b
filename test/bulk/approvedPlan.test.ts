import { describe, expect, it } from 'vitest';
import { deleteNamespace } from '../../functions/tree/deleteNamespace.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeNamespace } from '../support/place.ts';
import { runBulk } from '../support/workflow.ts';
import { manyMounts } from './manyMounts.ts';

const s = manyMounts();

interface Move {
  from: string;
  to: string;
  unless_changed?: string;
}

/** The same moves, with the conditions of their plan. */
async function planned(moves: Move[]): Promise<Move[]> {
  const { status, body } = await s.call('POST', 'sys/remount/bulk', { body: { moves, dry_run: true } });
  expect(status, JSON.stringify(body)).toBe(200);
  return moves.map((move, i) => ({ ...move, unless_changed: body.data.moves[i].unless_changed }));
}

function ask(moves: Move[]) {
  return s.call('POST', 'sys/remount/bulk', { body: { moves } });
}

async function move(from: string, to: string): Promise<void> {
  await runBulk(s.deps, await s.start({ moves: [{ from: `${s.name}-${from}`, to: `${s.name}-${to}` }] }));
}

describe('a run of what was planned', () => {
  it('moves the mounts as long as nothing has changed', async () => {
    const [mount] = await s.place(2);
    const id = await s.start({ moves: await planned(s.moves(2)) });

    await runBulk(s.deps, id);

    expect((await s.info(id)).status).toBe('success');
    expect(await s.uuidAt('new-0')).toBe(mount?.uuid);
  });

  it('is refused as a whole when a mount was replaced, or has moved away and back, and names both', async () => {
    await s.place(3);
    const moves = await planned(s.moves(3));
    await s.call('DELETE', `sys/mounts/${s.name}-0`);
    await s.call('POST', `sys/mounts/${s.name}-0`, { body: { type: 'kv' } });
    await move('2', 'elsewhere');
    await move('elsewhere', '2');

    const { status, body } = await ask(moves);

    const changed = (path: string) =>
      `the mount at "${s.name}-${path}/", or the namespace of its target, is another one than in the plan, or was moved since; plan it again`;
    expect(status).toBe(400);
    expect(body.errors).toEqual([`row 1: ${changed('0')}`, `row 3: ${changed('2')}`]);
    expect((await ask(s.moves(3))).status).toBe(200);
  });

  it('is refused when the namespace of a target was deleted and made again', async () => {
    const target = await placeNamespace(s.deps, ROOT, `${s.name}ns`);
    await s.place(1);
    const moves = await planned([{ from: `${s.name}-0`, to: `${target.path}x` }]);
    await deleteNamespace(s.deps, ROOT, target.path);
    await placeNamespace(s.deps, ROOT, `${s.name}ns`);

    expect((await ask(moves)).body.errors).toEqual([expect.stringMatching(/^row 1: .* than in the plan/)]);
  });

  it('moves no mount that changes between its acceptance and its switch', async () => {
    await s.place(2);
    const id = await s.start({ moves: await planned(s.moves(2)) });
    await move('0', 'elsewhere');
    await move('elsewhere', '0');

    await runBulk(s.deps, id);

    expect(await s.rowsOf(id)).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ code: 'source_gone' }) }),
      expect.objectContaining({ status: 'success' }),
    ]);
    expect(await s.uuidAt('new-0')).toBeUndefined();
  });

  it.each(['', 'nonsense', 'a.b.c', 7, null])(
    'is refused with a condition that cannot be read: %j',
    async (text) => {
      await s.place(1);
      const [first] = s.moves(1);

      const { status, body } = await ask([{ ...first, unless_changed: text } as Move]);

      expect(status).toBe(400);
      expect(body.errors).toEqual(["'unless_changed' is the text of that name in the answer to a dry run"]);
    },
  );
});
