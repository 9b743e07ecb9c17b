/** The options of whatever moves mounts, or plans it. Most are for mounts of a cluster (docs/cluster.md). */

import type { Options, Typed } from './arguments.ts';

export const MOVE_OPTIONS = {
  'require-namespace': { help: 'refuses a target that is in no namespace below the one of the request' },
  'on-revoke-error': {
    value: 'fail|force',
    help: 'on a cluster: what to do with a lease that cannot be revoked; default fail',
  },
  'drain-concurrency': { value: 'NUMBER', help: 'on a cluster: leases revoked at the same time; default 16' },
  'max-refusal-s': {
    value: 'SECONDS',
    help: 'on a cluster: how long the move may make it refuse requests to the mount; default 5',
  },
  'allow-copy': { help: 'on a cluster: permits a move into another namespace, which copies every key' },
  'stale-nodes': {
    value: 'wait|report',
    help: 'on a cluster: what to do while a node has not seen the move; default wait',
  },
  'refresh-nodes': {
    value: 'step-down',
    help: 'on a cluster: makes such nodes the leader once, one after the other',
  },
} as const satisfies Options;

/** The fields of a request for the options that are given. */
export function moveFields(typed: Typed): Record<string, string | true> {
  const fields: Record<string, string | true> = {};
  const options: Options = MOVE_OPTIONS;
  for (const [name, { value }] of Object.entries(options)) {
    const given = value ? typed.text(name) : typed.isSet(name) || undefined;
    if (given !== undefined) fields[name.replaceAll('-', '_')] = given;
  }
  return fields;
}
