/** A port for a program that has to be told one. */

import { once } from 'node:events';
import { createServer } from 'node:net';

/** @returns a port of the loopback address that nobody listens on at this moment */
export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
