/** Announcements: every step of a move is announced at least once, whichever calls to the bus fail. */

import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBRecord } from 'aws-lambda';
import { publish, type StreamChange } from '../../../functions/events/publish.ts';
import { changeOf } from '../../../functions/lambda/streamRecords.ts';
import type { Flow } from '../play.ts';
import { must, putKv, putSsh, takeOtp, untrue } from '../setting.ts';
import { openStage, type Stage } from '../stage.ts';
import { readStream } from '../stream.ts';

/** More than the faults of any play. */
const MAX_TRIES = 20;

export const announcement: Flow = {
  name: 'the announcements of moves',
  async prepare(stage) {
    const { writes, steps } = await recordMoves();
    return () => ({
      act: () => publishStream(stage, writes),
      async check() {
        const published = stage.published.map(({ Detail = '' }) => JSON.parse(Detail));
        const byId = Map.groupBy(published, ({ id }) => id as string);
        const ids = published.map(({ id }) => id as string);
        const last = ids.filter((id, i) => ids.lastIndexOf(id) === i);
        return untrue({
          'every step is announced, and the last announcements of one move are in order': Object.entries(
            steps,
          ).every(([of, names]) =>
            isDeepStrictEqual(
              last.filter((id) => id.startsWith(of)),
              names.map((name) => `${of}/${name}`),
            ),
          ),
          'nothing else is announced': last.length === Object.values(steps).flat().length,
          'repeated announcements are equal': [...byId.values()].every(([first, ...again]) =>
            again.every((other) => isDeepStrictEqual(first, other)),
          ),
        });
      },
    });
  },
};

/** Invokes `publish` with a stream as Lambda does: again from the first write that it missed, until it misses none. */
async function publishStream(stage: Stage, writes: StreamChange[]): Promise<void> {
  for (let left = writes, tries = 0; left.length > 0 && tries < MAX_TRIES; tries++) {
    const now = left;
    const outcome = await stage.invokeWithRetries('publish', async () => ({
      missed: await publish(stage.bus, stage.deps.log, now),
    }));
    const next = now.findIndex(({ sequence }) => sequence === outcome?.missed);
    if (outcome) left = next < 0 ? [] : now.slice(next);
  }
}

interface Recorded {
  /** The stream of the migrations. */
  writes: StreamChange[];
  /** What is to be announced of each migration and bulk run, in order. */
  steps: Record<string, string[]>;
}

/** Makes moves on a stage with streams. Plays go elsewhere: each write to a stream takes the emulator longer than the last. */
async function recordMoves(): Promise<Recorded> {
  const stage = await openStage({ streams: true });
  try {
    await stage.clear();
    await putSsh(stage, 'keys');
    await takeOtp(stage, 'keys');
    for (const path of ['a', 'b', 'c', 'd']) await putKv(stage, path);
    const begin = async (body: object, path = 'sys/remount') =>
      (await must(stage, 'POST', path, { body })).body.data;
    const { migration_id: moved } = await begin({ from: 'keys', to: 'moved' });
    const { migration_id: failed } = await begin({ from: 'a', to: 'taken' });
    stage.before.set('switch', () => putKv(stage, 'taken/below'));
    await stage.recover();
    const moves = ['b', 'c', 'd'].map((path) => ({ from: path, to: `new/${path}` }));
    const { bulk_id: bulk } = await begin({ moves }, 'sys/remount/bulk');
    await stage.recover();
    const parts = (await stage.tables()).migrations.filter(({ bulkId }) => bulkId === bulk);
    const records = await readStream(stage.client, 'migrations');
    return {
      writes: records.map((record) => changeOf(record as DynamoDBRecord)),
      steps: {
        [moved]: ['accepted', 'switched', 'succeeded'],
        [failed]: ['accepted', 'failed'],
        ...Object.fromEntries(parts.map(({ pk }) => [pk, ['accepted', 'switched', 'succeeded']])),
        [bulk]: ['finished'],
      },
    };
  } finally {
    await stage.stop();
  }
}
