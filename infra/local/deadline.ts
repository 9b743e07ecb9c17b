/**
 * Closes connections on which nothing gets finished: the head of a request, its body, or the sending of an answer. Node's
 * own timeouts work only for servers that listen themselves.
 */

import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Deadlines {
  /** Must be called for each connection before the server gets it. */
  watch(connection: Duplex): void;
}

/** @param ms from one step of a connection to the next; longer than the longest life of a request */
export function closeSlow(http: Server, ms: number): Deadlines {
  const timers = new WeakMap<Duplex, NodeJS.Timeout>();
  http.on('request', (request, response) => {
    const timer = timers.get(request.socket);
    timer?.refresh();
    request.once('end', () => timer?.refresh());
    response.once('finish', () => timer?.refresh());
  });
  return {
    watch(connection) {
      const timer = setTimeout(() => connection.destroy(), ms).unref();
      timers.set(connection, timer);
      connection.once('close', () => clearTimeout(timer));
    },
  };
}
