/** Moves by the server itself, without this service. */

import type { Client } from './client.ts';
import { until } from './until.ts';

interface Moved {
  status: 'success' | 'failure';
  /** All that the server says of the move once it has ended. */
  data: { migration_id: string; migration_info: Record<string, unknown> };
}

/** Posts a remount. @returns its id */
export async function postMove({ must }: Client, from: string, to: string): Promise<string> {
  return (await must('POST', 'sys/remount', { from, to })).body.migration_id;
}

/** Posts a remount and waits for its end. */
export async function plainMove(client: Client, from: string, to: string): Promise<Moved> {
  const id = await postMove(client, from, to);
  return until(`${from} is moved to ${to}`, async () => {
    const { data } = (await client.must('GET', `sys/remount/status/${id}`)).body;
    const { status } = data.migration_info;
    return status === 'in-progress' ? undefined : { status, data };
  });
}
