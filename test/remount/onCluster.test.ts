import { describe, expect, it } from 'vitest';
import { readFields } from '../../functions/http/fields.ts';
import {
  CLUSTER_FIELDS,
  DEFAULT_CLUSTER_OPTIONS,
  readClusterOptions,
} from '../../functions/remount/onCluster.ts';

const read = (raw: Record<string, unknown>) => readClusterOptions(readFields(CLUSTER_FIELDS, raw));

describe('the options of a move on a cluster', () => {
  it('are the defaults where the request sets none', () => {
    expect(read({})).toEqual(DEFAULT_CLUSTER_OPTIONS);
  });

  it('are those of the request', () => {
    const asked = {
      on_revoke_error: 'force',
      drain_concurrency: '4',
      max_refusal_s: 30,
      allow_copy: 'true',
      stale_nodes: 'report',
      refresh_nodes: 'step-down',
    };
    expect(read(asked)).toEqual({
      onRevokeError: 'force',
      drainConcurrency: 4,
      maxRefusalS: 30,
      allowCopy: true,
      staleNodes: 'report',
      refreshNodes: true,
    });
  });

  it.each([
    [{ on_revoke_error: 'ignore' }, 'on_revoke_error is one of "fail", "force"'],
    [{ stale_nodes: 'yes' }, 'stale_nodes is one of "wait", "report"'],
    [{ refresh_nodes: 'true' }, 'refresh_nodes is one of "none", "step-down"'],
    [{ drain_concurrency: 0 }, 'drain_concurrency is a number from 1 to 64'],
    [{ drain_concurrency: 65 }, 'drain_concurrency is a number from 1 to 64'],
    [{ max_refusal_s: -1 }, 'max_refusal_s is a number from 0 to 3600'],
    [{ max_refusal_s: 3_601 }, 'max_refusal_s is a number from 0 to 3600'],
  ])('refuse %j', (asked, text) => {
    expect(() => read(asked)).toThrow(text);
  });
});
