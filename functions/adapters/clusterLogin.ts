/** The token of the service: a fixed one, or one of an AppRole login, which is kept in memory until shortly before its end. */

import { LOGIN_MARGIN_MS, LOGIN_PAUSE_MS } from '../limits.ts';
import { ClusterForbids, ClusterUnavailable } from '../ports/cluster.ts';
import type { Answer, ClusterCall, ClusterSend } from './clusterSend.ts';
import type { AppRoleLogin, ClusterSettings } from './clusterSettings.ts';

export interface ClusterLogin {
  /** Whether there is no login, but a token that was given. */
  isFixed: boolean;
  token(): Promise<string>;
  /**
   * Says that the cluster has refused a token.
   * @returns whether there may be another: a fixed token is the only one, and a young one is not refused for its age
   */
  refused(token: string): boolean;
}

interface Session {
  token: string;
  since: number;
  until: number;
}

export function clusterLogin(
  { credentials, clock }: ClusterSettings,
  { send, nameOf }: ClusterSend,
): ClusterLogin {
  if ('token' in credentials)
    return { isFixed: true, token: async () => credentials.token, refused: () => false };
  let session: Session | undefined;
  let opening: Promise<Session> | undefined;

  async function open(): Promise<Session> {
    const call = loginCall(credentials as AppRoleLogin, await readSecretId(credentials as AppRoleLogin));
    const since = clock.now();
    const answer = await send(call);
    if (answer.status !== 200)
      throw new ClusterForbids(
        `the cluster refuses the login of the service (${nameOf(call)}: ${answer.words})`,
      );
    return sessionOf(answer, since, nameOf(call));
  }

  return {
    isFixed: false,
    async token() {
      if (session && clock.now() < session.until) return session.token;
      opening ??= open().finally(() => {
        opening = undefined;
      });
      session = await opening;
      return session.token;
    },
    refused(token) {
      if (session?.token !== token) return true;
      if (clock.now() < session.since + LOGIN_PAUSE_MS) return false;
      session = undefined;
      return true;
    },
  };
}

function loginCall({ mount, roleId }: AppRoleLogin, secretId: string): ClusterCall {
  return {
    method: 'POST',
    path: `${mount.replace(/\/?$/, '/')}login`,
    namespace: '',
    body: { role_id: roleId, secret_id: secretId },
    secrets: [roleId, secretId],
    // Batch tokens are not stored, so an unused one is no harm.
    isRepeatable: true,
  };
}

async function readSecretId({ secretId }: AppRoleLogin): Promise<string> {
  try {
    return (await secretId()).trim();
  } catch (error) {
    throw new ClusterUnavailable(`the secret id of the service cannot be read (${(error as Error).name})`);
  }
}

function sessionOf({ body }: Answer, since: number, name: string): Session {
  const { client_token, lease_duration } = (body.auth ?? {}) as Record<string, unknown>;
  if (typeof client_token !== 'string' || typeof lease_duration !== 'number')
    throw new ClusterUnavailable(`the answer to ${name} has no token`);
  const lifeMs = lease_duration === 0 ? Number.POSITIVE_INFINITY : lease_duration * 1_000;
  return { token: client_token, since, until: since + lifeMs - Math.min(LOGIN_MARGIN_MS, lifeMs / 2) };
}
