/** Mounts of the engine `database` on a real PostgreSQL, with roles whose leases are revoked well, slowly or never. */

import type { Client } from './client.ts';
import type { Postgres } from './postgres.ts';

/** Requests at one time. PostgreSQL changes its roles one after the other. */
const AT_ONCE = 16;

/** How long the revocation of a lease of the role `slow` takes, unless a test says otherwise. */
export const SLOW_S = 0.05;

const CREATE = `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;
const DROP = 'DROP ROLE IF EXISTS "{{name}}"';

export type Role = 'good' | 'slow' | 'failing';

export interface DatabaseOptions {
  namespace?: string;
  slowS?: number;
  /** The engine revokes the leases of one connection one after the other. The roles of the others are `slow-1` and so on. */
  connections?: number;
}

/** Enables the engine at a path, with its {@link Role}s. */
export async function enableDatabase(
  { must }: Client,
  path: string,
  postgres: Postgres,
  { namespace, slowS = SLOW_S, connections = 1 }: DatabaseOptions = {},
): Promise<void> {
  await must('POST', `sys/mounts/${path}`, { type: 'database' }, namespace);
  const connection = {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: ['*'],
    connection_url: postgres.connectionUrl,
    username: postgres.user,
    password: 'any',
    max_open_connections: Math.ceil((2 * AT_ONCE) / connections),
    max_idle_connections: Math.ceil(AT_ONCE / connections),
  };
  const revocations: Record<Role, string[]> = {
    good: [DROP],
    slow: [`SELECT pg_sleep(${slowS})`, DROP],
    failing: ['SELECT 1 / 0', DROP],
  };
  for (let i = 0; i < connections; i++) {
    const [db_name, suffix] = i === 0 ? ['postgres', ''] : [`postgres-${i}`, `-${i}`];
    await must('POST', `${path}/config/${db_name}`, connection, namespace);
    for (const [name, revocation] of Object.entries(revocations)) {
      const role = { db_name, creation_statements: [CREATE], revocation_statements: revocation };
      const lives = { default_ttl: '1h', max_ttl: '24h' };
      await must('POST', `${path}/roles/${name}${suffix}`, { ...role, ...lives }, namespace);
    }
  }
}

/** @returns the ids of the new leases */
export async function issueLeases(
  { must }: Client,
  path: string,
  role: Role | `${Role}-${number}`,
  count: number,
  namespace?: string,
): Promise<string[]> {
  const ids: string[] = [];
  let left = count;
  const issue = async () => {
    while (left-- > 0) {
      const { body } = await must('GET', `${path}/creds/${role}`, undefined, namespace);
      ids.push(body.lease_id);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, issue));
  return ids;
}
