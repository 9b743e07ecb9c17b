/** The changes of the port to a cluster, as requests of its HTTP API. */

import { CLUSTER_WORK_MS } from '../limits.ts';
import { type ClusterPath, type ClusterWrites, commonNamespace, type Outcome } from '../ports/cluster.ts';
import type { AuthorizedCall, ClusterApi } from './clusterApi.ts';
import type { ClusterNodes } from './clusterNodes.ts';
import { POLICY_PATH, policyBody } from './clusterPolicies.ts';
import { POLICY_RIGHTS, WRITE_RIGHTS } from './clusterRights.ts';

export function clusterWrites(api: ClusterApi, nodes: ClusterNodes): ClusterWrites {
  async function outcomeOf(call: AuthorizedCall): Promise<Outcome> {
    const answer = await api.ask(call);
    if (answer.status < 300) return { done: true };
    if (answer.status === 400) return { done: false, why: answer.words };
    throw api.unexpected(call, answer);
  }

  return {
    revoke(namespace, leaseId, force) {
      const common = { method: 'POST', namespace, isRepeatable: true, timeoutMs: CLUSTER_WORK_MS } as const;
      if (force)
        return outcomeOf({
          ...common,
          path: `sys/leases/revoke-force/${leaseId}`,
          publicPath: 'sys/leases/revoke-force/:prefix',
          right: WRITE_RIGHTS.force,
        });
      const body = { lease_id: leaseId, sync: true };
      return outcomeOf({
        ...common,
        path: 'sys/leases/revoke',
        body,
        secrets: [leaseId],
        right: WRITE_RIGHTS.revoke,
      });
    },

    // Asked from above, OpenBao takes a namespace between that and the target for one that is in the way.
    async remount(from, to, { migrationId, requestedBy }) {
      const namespace = commonNamespace(from.namespace, to.namespace);
      const relative = (at: ClusterPath) => (at.namespace + at.path).slice(namespace.length);
      const call: AuthorizedCall = {
        method: 'POST',
        path: 'sys/remount',
        namespace,
        body: { from: relative(from), to: relative(to) },
        headers: { 'X-Remount-Migration': migrationId, 'X-Remount-Requested-By': requestedBy },
        right: WRITE_RIGHTS.remount,
        isRepeatable: false,
      };
      const answer = await api.ask(call);
      const { migration_id } = (answer.body.data ?? {}) as { migration_id?: string };
      if (answer.status === 200 && migration_id) return { id: migration_id };
      if (answer.status === 400) return { why: answer.words };
      throw api.unexpected(call, answer);
    },

    writePolicy(namespace, name, text, before) {
      return outcomeOf({
        method: 'POST',
        path: `sys/policies/acl/${name}`,
        publicPath: POLICY_PATH,
        namespace,
        body: policyBody(text, before),
        right: POLICY_RIGHTS.writePolicy,
        // Sent again without a version, it could undo what somebody has written in between.
        isRepeatable: before.version !== undefined,
      });
    },

    reload({ namespace, path }) {
      return outcomeOf({
        method: 'POST',
        path: 'sys/plugins/reload/backend',
        namespace,
        body: { mounts: [path] },
        right: WRITE_RIGHTS.reload,
        isRepeatable: true,
        timeoutMs: CLUSTER_WORK_MS,
      });
    },

    async stepDown() {
      const right = WRITE_RIGHTS.stepDown;
      try {
        return await outcomeOf({ method: 'POST', path: 'sys/step-down', right, isRepeatable: false });
      } finally {
        nodes.forget();
      }
    },
  };
}
