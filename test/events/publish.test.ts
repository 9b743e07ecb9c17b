import { beforeEach, describe, expect, it } from 'vitest';
import { publish, type StreamChange } from '../../functions/events/publish.ts';
import { MAX_EVENT_BYTES } from '../../functions/limits.ts';
import type { Announcement, Bus } from '../../functions/ports/bus.ts';
import type { Log } from '../../functions/ports/deps.ts';

const log: Log = { info() {}, warn() {}, error() {} };

let taken: Announcement[];
/** What the bus does at the next calls, instead of taking everything. */
let moods: (((batch: Announcement[]) => boolean[]) | Error)[];
const bus: Bus = {
  async put(batch) {
    const mood = moods.shift();
    if (mood instanceof Error) throw mood;
    const outcome = mood?.(batch) ?? batch.map(() => true);
    taken.push(...batch.filter((_, i) => outcome[i]));
    return outcome;
  },
};
beforeEach(() => {
  taken = [];
  moods = [];
});

const place = (path: string) => ({ namespaceId: 'root', namespacePath: '', path });
const record = (id: string, more: object = {}) => ({
  pk: id,
  sk: '.',
  kind: 'migration',
  id,
  source: place('a/'),
  target: place('b/'),
  status: 'in-progress',
  phase: 'accepted',
  acceptedAt: 1_000,
  requestedBy: { displayName: 'ann', accessor: 'accessor-of-ann', namespace: '' },
  ...more,
});
const accepted = (count: number): StreamChange[] =>
  Array.from({ length: count }, (_, i) => ({
    sequence: `${i}`,
    before: undefined,
    after: record(`m${i}`),
  }));

describe('what a write to a migration announces', () => {
  const switched = { phase: 'switched', switchedAt: 2_000 };
  const success = { phase: 'done', status: 'success', switchedAt: 2_000, finishedAt: 3_000 };
  const failure = {
    phase: 'done',
    status: 'failure',
    finishedAt: 3_000,
    error: { code: 'target_in_use', message: 'path already in use at "b/"' },
  };

  it.each([
    ['its acceptance', undefined, {}, ['accepted']],
    ['the switch', {}, switched, ['switched']],
    ['the end of the revocation', switched, success, ['succeeded']],
    ['the switch of a mount that has issued nothing', {}, success, ['switched', 'succeeded']],
    ['its failure', {}, failure, ['failed']],
    ['a taint', {}, { phase: 'tainted', taintedAt: 2_000 }, ['tainted']],
    ['another try of a tainted mount', { taintedAt: 2_000 }, { taintedAt: 2_000, phase: 'moving' }, []],
    ['a stale node', switched, { ...switched, staleAt: 2_500 }, ['nodes-stale']],
    [
      'the end of stale nodes',
      { ...switched, staleAt: 2_500 },
      { ...success, staleAt: 2_500 },
      ['succeeded'],
    ],
    ['a heartbeat', switched, { ...switched, nextLook: 9_000 }, []],
    ['its closing', success, { ...success, ttl: 9_000 }, []],
  ])('is %s', async (_, before, after, steps) => {
    const change = { sequence: '1', before: before && record('m', before), after: record('m', after) };

    await publish(bus, log, [change]);

    expect(taken.map(({ detail }) => detail.id)).toEqual(steps.map((step) => `m/${step}`));
  });

  it('has the time, and the reason of a failure', async () => {
    await publish(bus, log, [{ sequence: '1', before: record('m'), after: record('m', failure) }]);

    expect(taken).toMatchObject([
      { type: 'Remount Failed', at: 3_000, detail: { error: failure.error, source_mount: 'a/' } },
    ]);
  });

  it('is nothing for other items, or for a deletion', async () => {
    const claim = { pk: 'claim#1', sk: '.', kind: 'claim' };

    await publish(bus, log, [
      { sequence: '1', before: undefined, after: claim },
      { sequence: '2', before: record('m'), after: undefined },
    ]);

    expect(taken).toEqual([]);
  });
});

describe('a bus', () => {
  it('that takes everything gets ten at a time', async () => {
    const sizes: number[] = [];
    const count = (batch: Announcement[]) => {
      sizes.push(batch.length);
      return batch.map(() => true);
    };
    moods = [count, count, count];

    expect(await publish(bus, log, accepted(23))).toBeUndefined();
    expect(sizes).toEqual([10, 10, 3]);
  });

  it('that misses one gets it again, with those after it', async () => {
    moods = [(batch) => batch.map(() => true), (batch) => batch.map((_, i) => i !== 4)];

    expect(await publish(bus, log, accepted(23))).toBe('14');
  });

  it('that does not answer gets everything from there on again', async () => {
    moods = [(batch) => batch.map(() => true), new Error('no answer')];

    expect(await publish(bus, log, accepted(23))).toBe('10');
  });
});

describe('announcements that are long', () => {
  /** A name of a policy is repeated in JSON with two bytes for each quote. */
  const named = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      ...{ namespaceId: 'abcdef', namespacePath: `${'"'.repeat(500)}/` },
      ...{ name: `${i}${'"'.repeat(500)}`, version: 2, changeable: false },
    }));
  const followed = (id: string, count: number): StreamChange => ({
    sequence: id,
    before: record(id),
    after: record(id, {
      ...{ phase: 'done', status: 'success', switchedAt: 2_000, finishedAt: 3_000 },
      ...{ policies: { mode: 'follow', policies: [] }, policyOutcome: { changed: named(count), left: [] } },
    }),
  });
  const bytesOf = (batch: Announcement[]) =>
    batch.reduce((sum, { detail }) => sum + Buffer.byteLength(JSON.stringify(detail)), 0);

  it('go to the bus in calls of at most MAX_EVENT_BYTES, each whole', async () => {
    const calls: number[] = [];
    moods = Array.from({ length: 20 }, () => (batch: Announcement[]) => {
      calls.push(bytesOf(batch));
      return batch.map(() => true);
    });
    expect(await publish(bus, log, [followed('a', 57), followed('b', 57), ...accepted(3)])).toBe(undefined);
    expect(taken).toHaveLength(7);
    expect(
      taken
        .slice(0, 4)
        .every(({ detail }) => (detail.policies as { changed: unknown[] }).changed.length === 57),
    ).toBe(true);
    expect(Math.max(...calls)).toBeLessThanOrEqual(MAX_EVENT_BYTES);
    expect(calls.length).toBeGreaterThan(1);
  });

  it('lose the policies where no call would take them, and stop nothing', async () => {
    expect(bytesOf((await told(followed('a', 57))).slice(0, 1))).toBeGreaterThan(100_000);
    const [first] = await told(followed('a', 200));
    expect(first?.detail).toMatchObject({ migration_id: 'a', status: 'success' });
    expect(first?.detail).not.toHaveProperty('policies');
    expect(bytesOf([first as Announcement])).toBeLessThan(MAX_EVENT_BYTES);
  });

  async function told(change: StreamChange): Promise<Announcement[]> {
    taken = [];
    await publish(bus, log, [change]);
    return taken;
  }
});
