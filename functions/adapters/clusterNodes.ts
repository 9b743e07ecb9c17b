/** Finds the active node of a cluster. The others may serve old data, and refuse writes or let them fail (seen in OpenBao 2.7). */

import { CLUSTER_LEADER_LIFE_MS, CLUSTER_LEADER_MS } from '../limits.ts';
import { type Exchange, NoAnswer, type Received } from './clusterHttp.ts';
import { type ClusterSettings, readNodeAddress } from './clusterSettings.ts';

export interface ClusterNodes {
  /** The configured address. */
  readonly address: string;
  /**
   * Where the service reaches the active node.
   * @throws NoAnswer if no node names one
   */
  active(): Promise<string>;
  /** The next call asks again which node is active. */
  forget(): void;
  /** Where the service reaches the node that gives itself this address. */
  reachable(named: string): string;
}

const ASK_FOR_LEADER = { method: 'GET', path: 'sys/leader', headers: {} } as const;

export function clusterNodes(settings: ClusterSettings, exchange: Exchange): ClusterNodes {
  const { clock } = settings;
  const address = readNodeAddress('CLUSTER_ADDR', settings.address);
  const mapped = new Map(
    Object.entries(settings.nodes ?? {}).map(([named, reached]) => [
      originOf(named),
      readNodeAddress('an address in CLUSTER_NODES', reached),
    ]),
  );
  /** Where to ask: the active node of the last time first. */
  let known = [...new Set([address, ...mapped.values()])];
  let found: { address: Promise<string>; until: number } | undefined;

  function reachable(named: string): string {
    const origin = originOf(named);
    return mapped.get(origin) ?? origin;
  }

  async function find(): Promise<string> {
    const complaints: string[] = [];
    for (const candidate of known) {
      try {
        const leader = leaderIn(await exchange(candidate, ASK_FOR_LEADER, CLUSTER_LEADER_MS), candidate);
        known = [...new Set([leader, ...known])];
        return leader;
      } catch (error) {
        complaints.push((error as Error).message);
      }
    }
    throw new NoAnswer(`no active node was found (${complaints.join('; ')})`, false);
  }

  function leaderIn({ status, body }: Received, candidate: string): string {
    // Hosted clusters do not let everybody ask; their one address always leads to the active node.
    if (status >= 400 && status < 500) return candidate;
    const { ha_enabled, leader_address } = (body ?? {}) as { ha_enabled?: boolean; leader_address?: string };
    if (status === 200 && ha_enabled === false) return candidate;
    if (status === 200 && leader_address) return reachable(leader_address);
    throw new Error(`${candidate}: it knows no active node`);
  }

  function active(): Promise<string> {
    if (found && clock.now() < found.until) return found.address;
    const looking = find();
    looking.catch(forget);
    found = { address: looking, until: clock.now() + CLUSTER_LEADER_LIFE_MS };
    return looking;
  }

  function forget(): void {
    found = undefined;
  }

  return { address, active, forget, reachable };
}

/** Nodes may give themselves an address with a slash at its end. */
function originOf(text: string): string {
  return URL.canParse(text) ? new URL(text).origin : text;
}
