/** Calls to a cluster with the token of the service, and what their answers mean for every method. */

import { ClusterForbids, ClusterUnavailable } from '../ports/cluster.ts';
import type { ClusterLogin } from './clusterLogin.ts';
import { lacks, READ_RIGHTS, type Right } from './clusterRights.ts';
import type { Answer, ClusterCall, ClusterSend } from './clusterSend.ts';
import { stringsIn } from './clusterTables.ts';

export interface AuthorizedCall extends ClusterCall {
  /** What the policy of the service has to allow; absent if the call needs no right. */
  right?: Right;
  /** The namespace in which the cluster judges the call, if it is another one. */
  judgedIn?: string;
  /** Whether some products do not have the path at all. */
  mayLack?: boolean;
}

export interface ClusterApi {
  /**
   * @returns any answer that says something about the request
   * @throws ClusterForbids if the token of the service may not do it
   */
  ask(call: AuthorizedCall): Promise<Answer>;
  /**
   * Reads or lists something.
   * @returns the data of the answer; nothing if there is no such thing
   */
  read(call: AuthorizedCall): Promise<Record<string, unknown> | undefined>;
  /** What the token of the service may do on paths from its namespace. */
  ownCapabilities(paths: string[]): Promise<Map<string, string[]>>;
  /** An answer that says nothing that the method expects. */
  unexpected(call: ClusterCall, answer: Answer): ClusterUnavailable;
}

/** How a cluster answers in a namespace that it does not have, and where it does not have a path. */
const NO_NAMESPACE = /namespace not found|no namespace/;
const NO_PATH = /unsupported path/;

export function clusterApi(login: ClusterLogin, { send, nameOf }: ClusterSend): ClusterApi {
  async function ask(call: AuthorizedCall): Promise<Answer> {
    const token = await login.token();
    const answer = await send(call, token);
    if (!isForbidden(answer)) return answer;
    const again = login.refused(token) ? await send(call, await login.token()) : answer;
    if (!isForbidden(again)) return again;
    const where = `${nameOf(call)}: ${again.words}`;
    if (!call.right) throw new ClusterForbids(`the cluster refuses the token of the service (${where})`);
    const doubt = login.isFixed ? ', or its token is not valid' : '';
    throw lacks(call.right, call.judgedIn ?? call.namespace ?? '', `${doubt} (${where})`);
  }

  function unexpected(call: ClusterCall, { status, words }: Answer): ClusterUnavailable {
    return new ClusterUnavailable(
      `the answer to ${nameOf(call)} is not understood: status ${status}${words && `, ${words}`}`,
      { mayHaveArrived: call.method === 'POST' },
    );
  }

  return {
    ask,
    unexpected,
    async ownCapabilities(paths) {
      const token = await login.token();
      const call: AuthorizedCall = {
        method: 'POST',
        path: 'sys/capabilities',
        namespace: '',
        body: { token, paths },
        secrets: [token],
        right: READ_RIGHTS.capabilities,
        isRepeatable: true,
      };
      const answer = await ask(call);
      const { data } = answer.body as { data?: Record<string, unknown> };
      if (answer.status !== 200 || !data) throw unexpected(call, answer);
      return new Map(paths.map((path) => [path, stringsIn(data[path])]));
    },
    async read(call) {
      const answer = await ask(call);
      const { data } = answer.body;
      if (answer.status === 200 && typeof data === 'object' && data !== null)
        return data as Record<string, unknown>;
      if (answer.status === 404 && isNothing(answer, call)) return undefined;
      throw unexpected(call, answer);
    },
  };
}

/** A token that is asked about and not valid is another matter: that is `bad token`. */
function isForbidden({ status, words }: Answer): boolean {
  return status === 403 && words !== 'bad token';
}

function isNothing({ words }: Answer, { mayLack }: AuthorizedCall): boolean {
  return words === '' || NO_NAMESPACE.test(words) || (mayLack === true && NO_PATH.test(words));
}
