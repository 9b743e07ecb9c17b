/** Ports for programs that have to be told one. */

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that Linux gives to outgoing connections. */
const LASTING = { from: 15_000, to: 32_768 };

/** @returns a port of the loopback address that nobody listens on at this moment */
export async function findFreePort(): Promise<number> {
  return listenOnce(0);
}

/** @returns a free port that no outgoing connection takes while the program that listens on it is down */
export async function findLastingPort(): Promise<number> {
  for (;;) {
    const port = randomInt(LASTING.from, LASTING.to);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

async function listenOnce(wanted: number): Promise<number> {
  const probe = createServer().listen(wanted, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
