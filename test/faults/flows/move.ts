/** What must hold after every move, whatever failed on the way. */

import { REPEAT_WINDOW_MS } from '../../../functions/limits.ts';
import type { Answer } from '../../support/call.ts';
import type { Stored, Tables } from '../../support/tables.ts';
import type { FlowRun } from '../play.ts';
import { changes, mountIn, untrue } from '../setting.ts';
import type { Stage } from '../stage.ts';

export interface Move {
  from: string;
  to: string;
  /** The path in its namespace before and after, if that is not the path of the request. */
  source?: string;
  target?: string;
  /** An idempotency key of the request. */
  key?: string;
  /** What the move is to do with policies. */
  policies?: 'add' | 'follow';
  /** For how long the source goes on answering. */
  alias?: string;
  /** Facts that must hold besides those of every move; its requests may change the tables. */
  also?(): Promise<Record<string, boolean>>;
}

/**
 * A client requests the move once, and once more at the end. If the first request was answered or left a record, the
 * second one gets the same migration. Otherwise the second request is the first to be accepted.
 */
export async function moving(stage: Stage, move: Move): Promise<() => FlowRun> {
  const { from, to, source = from, target = to, key, policies, alias } = move;
  const before = await stage.tables();
  const { uuid } = mountIn(before, source) as Stored;
  const request = [
    'POST',
    'sys/remount',
    {
      body: {
        from,
        to,
        ...(key && { idempotency_key: key }),
        ...(policies && { policies }),
        ...(alias && { alias_ttl: alias }),
      },
    },
  ] as const;
  return () => {
    let answer: Answer | undefined;
    return {
      async act() {
        answer = await stage.ask('remount', ...request);
      },
      async check() {
        const recorded = migrationsOf(await stage.tables(), uuid);
        const again = await stage.call(...request);
        await stage.recover();
        const after = await stage.tables();
        const [migration, ...others] = migrationsOf(after, uuid);
        // With many faults, the recovery takes longer than the window in which a repetition is recognised.
        const isLate =
          again.status === 400 && stage.deps.clock.now() - recorded[0]?.switchedAt > REPEAT_WINDOW_MS;
        const id = isLate ? recorded[0]?.pk : again.body?.data?.migration_id;
        return [
          ...changes(before, after, uuid),
          ...untrue({
            'the first answer is a success or a 503':
              answer === undefined || [200, 503].includes(answer.status),
            'there is one migration': others.length === 0 && migration?.status === 'success',
            'a repetition gets the same id': id === migration?.pk && (recorded[0]?.pk ?? id) === id,
            'the answer named the migration': answer?.status !== 200 || answer.body.data.migration_id === id,
            'the mount is at the target': mountIn(after, target)?.uuid === uuid,
            'it has left the source': mountIn(after, source) === undefined,
            'its generation is one higher': mountIn(after, target)?.generation === 1,
            ...(await move.also?.()),
          }),
        ];
      },
    };
  };
}

export function migrationsOf({ migrations }: Tables, uuid: string): Stored[] {
  return migrations.filter(({ kind, mountUuid }) => kind === 'migration' && mountUuid === uuid);
}
