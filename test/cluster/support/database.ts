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
}

/** Enables the engine at a path, with its {@link Role}s. */
export async function enableDatabase(
  { must }: Client,
  path: string,
  postgres: Postgres,
  { namespace, slowS = SLOW_S }: DatabaseOptions = {},
): Promise<void> {
  await must('POST', `sys/mounts/${path}`, { type: 'database' }, namespace);
  const connection = {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: ['*'],
    connection_url: postgres.connectionUrl,
    username: postgres.user,
    password: 'any',
    max_open_connections: 2 * AT_ONCE,
    max_idle_connections: AT_ONCE,
  };
  await must('POST', `${path}/config/postgres`, connection, namespace);
  const revocations: Record<Role, string[]> = {
    good: [DROP],
    slow: [`SELECT pg_sleep(${slowS})`, DROP],
    failing: ['SELECT 1 / 0', DROP],
  };
  for (const [name, revocation] of Object.entries(revocations)) {
    const role = { db_name: 'postgres', creation_statements: [CREATE], revocation_statements: revocation };
    await must('POST', `${path}/roles/${name}`, { ...role, default_ttl: '1h', max_ttl: '24h' }, namespace);
  }
}

/** @returns the ids of the new leases */
export async function issueLeases(
  { must }: Client,
  path: string,
  role: Role,
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
