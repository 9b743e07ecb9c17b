/** Listens on a port of the loopback address, which other machines cannot reach. */

import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { StartError } from './startError.ts';

/**
 * @param port 0 for any free port
 * @param hint what the user can do if the port is taken
 * @returns the port
 * @throws StartError if the port is taken
 */
export async function listen(server: Server, port: number, hint = ''): Promise<number> {
  await once(server.listen(port, '127.0.0.1'), 'listening').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EADDRINUSE' ? 'is already in use' : `cannot be used: ${error.code}`;
    throw new StartError(`port ${port} ${reason}${hint}`);
  });
  return (server.address() as AddressInfo).port;
}
