/** Bulk runs that take policies with them, and their undo. */

import type { Flow } from '../play.ts';
import { changes, mountIn, must, putKv, untrue } from '../setting.ts';
import type { Stage } from '../stage.ts';

const MOVES = [
  { from: 'keys', to: 'moved/keys' },
  { from: 'kv', to: 'taken' },
  { from: 'team/other', to: 'moved/other' },
];
const RULES = MOVES.map(({ from }) => `path "${from}/*" { capabilities = ["read"] }\n`);
const TEXT = `# of the builders\n${RULES.join('')}`;

async function putAll(stage: Stage): Promise<void> {
  for (const { from } of MOVES) await putKv(stage, from);
  await must(stage, 'PUT', 'sys/policies/acl/builders', { body: { policy: TEXT } });
}

async function policyNow(stage: Stage): Promise<{ policy: string; version: number }> {
  return (await stage.call('GET', 'sys/policies/acl/builders')).body.data;
}

/** The text after these moves. */
function moved(text: string, moves: typeof MOVES): string {
  return moves.reduce((left, { from, to }) => left.replace(`"${from}/`, `"${to}/`), text);
}

const failing: Flow = {
  name: 'a bulk run that takes a policy with it, with a move that fails',
  async prepare(stage) {
    await putAll(stage);
    const before = await stage.tables();
    const made = MOVES.filter(({ to }) => to !== 'taken');
    const request = [
      'POST',
      'sys/remount/bulk',
      { body: { moves: MOVES, policies: 'follow', idempotency_key: 'once' } },
    ] as const;
    return () => ({
      async act() {
        stage.before.set('bulkChunk', () => putKv(stage, 'taken/below'));
        await stage.ask('bulk', ...request);
      },
      async check() {
        await stage.call(...request);
        await stage.recover();
        const after = await stage.tables();
        const [run, ...others] = after.migrations.filter(({ kind }) => kind === 'bulk');
        const policy = after.migrations.find(({ kind, pk }) => kind === 'run-policy' && pk === run?.pk);
        const { policy: text, version } = await policyNow(stage);
        return [
          ...MOVES.flatMap(({ from }) => changes(before, after, mountIn(before, from)?.uuid)),
          ...untrue({
            'there is one run, and it says that a move failed':
              others.length === 0 && run?.error?.code === 'moves_failed',
            'the policy has the rules of the moves that were made': text === moved(TEXT, made),
            'it was written twice': version === 3,
            'the record has its version': policy?.phase === 'settled' && policy.version === 3,
          }),
        ];
      },
    });
  },
};

const undone: Flow = {
  name: 'the undo of a bulk run that has taken a policy with it',
  async prepare(stage) {
    await putAll(stage);
    const { body } = await must(stage, 'POST', 'sys/remount/bulk', {
      body: { moves: MOVES, policies: 'follow' },
    });
    await stage.recover();
    const before = await stage.tables();
    const path = `sys/remount/bulk/undo/${body.data.bulk_id}`;
    const request = ['POST', path, { body: { idempotency_key: 'back' } }] as const;
    return () => ({
      async act() {
        await stage.ask('undo', ...request);
      },
      async check() {
        await stage.call(...request);
        await stage.recover();
        const after = await stage.tables();
        const { policy: text, version } = await policyNow(stage);
        return [
          ...MOVES.flatMap(({ to }) => changes(before, after, mountIn(before, to)?.uuid)),
          ...untrue({
            'the policy has its first text again': text === TEXT,
            'it was written twice more': version === 5,
            'the mounts are back': MOVES.every(
              ({ from, to }) => mountIn(after, from)?.uuid === mountIn(before, to)?.uuid,
            ),
          }),
        ];
      },
    });
  },
};

export const runsWithPolicies: readonly Flow[] = [failing, undone];
