import { describe, expect, it } from 'vitest';
import type { MigrationInfo } from '../../functions/remount/answers.ts';
import type { ClusterInfo } from '../../functions/remount/clusterInfo.ts';
import { leasesInWords } from '../../ui/words/pace.ts';
import { timelineOf } from '../../ui/words/timeline.ts';

const BEGIN = Date.parse('2026-01-01T00:00:00Z');

/** A time in seconds after the begin. */
const at = (seconds: number) => new Date(BEGIN + seconds * 1_000).toISOString();

const REVOKING: MigrationInfo = {
  source_mount: 'ssh/',
  target_mount: 'team-a/ssh/',
  source_namespace: '',
  target_namespace: 'team-a/',
  status: 'in-progress',
  phase: 'revoking',
  revokes: 'leases',
  progress: { leases_total: 100, leases_revoked: 38, leases_irrevocable: 2 },
  error: null,
  created_time: at(0),
  switched_time: at(1),
  finished_time: null,
  requested_by: { display_name: 'root', accessor: 'a', namespace: '' },
  reason: null,
  undo_of: null,
  bulk_id: null,
};
const DONE: MigrationInfo = { ...REVOKING, status: 'success', phase: 'done', finished_time: at(5) };
const FAILED: MigrationInfo = { ...DONE, status: 'failure', switched_time: null };
const CLUSTER = { waiting_for: null } as ClusterInfo;

/** Each step as its mood, its title, and the seconds in which it began and ended. */
const stepsOf = (info: MigrationInfo, now = 3) =>
  timelineOf(info, BEGIN + now * 1_000).map(({ mood, title, from, to }) => {
    const seconds = (time?: number) => (time === undefined ? '?' : (time - BEGIN) / 1_000);
    return `${mood}: ${title}, ${seconds(from)} to ${seconds(to)}`;
  });

describe('the timeline of a migration', () => {
  it('has the times of what is done, and the time so far of what is under way', () => {
    expect(stepsOf(REVOKING)).toEqual([
      'good: Accepted, 0 to 0',
      'good: Switched to the target, 0 to 1',
      'working: Old leases removed, 1 to 3',
      'waiting: Done, ? to ?',
    ]);
    expect(stepsOf(DONE).slice(2)).toEqual(['good: Old leases removed, 1 to 5', 'good: Done, 5 to 5']);
  });

  it('shows after a failure when it failed', () => {
    expect(stepsOf(FAILED)).toEqual(['good: Accepted, 0 to 0', 'bad: Failed, 0 to 5']);
    const error = { code: 'cancelled', message: 'wrong mount' };
    expect(stepsOf({ ...FAILED, error }).at(-1)).toBe('stopped: Cancelled, 0 to 5');
  });

  it('has the steps of a cluster, without the times that it does not tell', () => {
    const drained = { ...REVOKING, cluster: CLUSTER, switched_time: null };
    expect(stepsOf({ ...drained, phase: 'draining' }).slice(0, 3)).toEqual([
      'good: Accepted, 0 to 0',
      'working: Leases revoked, 0 to 3',
      'waiting: Moved by the cluster, ? to ?',
    ]);
    expect(stepsOf({ ...REVOKING, cluster: CLUSTER, phase: 'verifying' })).toEqual([
      'good: Accepted, 0 to 0',
      'good: Leases revoked, 0 to ?',
      'good: Moved by the cluster, ? to 1',
      'working: Verified, 1 to 3',
      'waiting: Seen by every node, ? to ?',
      'waiting: Done, ? to ?',
    ]);
  });

  it('shows that policies are taken back, whatever was done before', () => {
    expect(stepsOf({ ...REVOKING, cluster: CLUSTER, phase: 'reverting' })).toEqual([
      'good: Accepted, 0 to 0',
      'working: Policies taken back, 0 to 3',
    ]);
  });

  it('says what a tainted mount waits for, at the one step that is under way', () => {
    const cluster = { ...CLUSTER, waiting_for: 'a lease that cannot be revoked' };
    const steps = timelineOf({ ...REVOKING, phase: 'tainted', cluster }, BEGIN);

    const working = steps.filter(({ mood }) => mood === 'working');

    expect(working).toMatchObject([{ title: 'Moved by the cluster', detail: cluster.waiting_for }]);
  });
});

describe('the removal of leases', () => {
  const words = (info: MigrationInfo, now = 3) => leasesInWords(info, BEGIN + now * 1_000);

  it('has a rate and the time left, from the switch on', () => {
    expect(words(REVOKING)).toBe('38 of 100 removed, 2 cannot be revoked, 20 a second, about 3 s left');
    expect(words(REVOKING, 121)).toBe(
      '38 of 100 removed, 2 cannot be revoked, 20 a minute, about 3 min left',
    );
  });

  it('has them from the acceptance on when a cluster revokes before it moves', () => {
    const draining = { ...REVOKING, cluster: CLUSTER, phase: 'draining' as const, switched_time: null };
    expect(words(draining, 4)).toContain('10 a second, about 6 s left');
  });

  it('has neither before the first lease or without a total, and no time left at the end', () => {
    const nothing = { leases_total: 100, leases_revoked: 0, leases_irrevocable: 0 };
    expect(words({ ...REVOKING, progress: nothing })).toBe('0 of 100 removed');
    const uncounted = { ...nothing, leases_total: null, leases_revoked: 40 };
    expect(words({ ...REVOKING, progress: uncounted })).toBe('40 removed, 20 a second');
    expect(words(DONE)).toBe('38 removed, 2 cannot be revoked, 10 a second');
  });
});
