import { beforeEach, describe, expect, it } from 'vitest';
import { publish, type StreamChange } from '../../functions/events/publish.ts';
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
