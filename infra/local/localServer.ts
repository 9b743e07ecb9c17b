/** An HTTP server for programs of this machine only. The local AWS services and the proxies use it. */

import { createServer, type RequestListener } from 'node:http';
import { listen } from './listen.ts';
import { isForThisMachine } from './loopback.ts';

export interface LocalServer {
  endpoint: string;
  stop(): void;
}

/** How long a client may take for the headers of a request, and for all of it. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 60_000, connectionsCheckingInterval: 5_000 };

/** The functions of one service open far fewer. */
const MAX_CONNECTIONS = 1_000;

/**
 * Serves on the loopback address. Refuses what a web page may have sent: a request with an origin, or for another host.
 * `stop()` aborts requests in flight.
 * @param port 0, the default, for any free port
 * @throws StartError if the port is taken
 */
export async function startLocalServer(listener: RequestListener, port = 0): Promise<LocalServer> {
  const server = createServer(TIMEOUTS, (request, response) => {
    const { headers } = request;
    if (headers.origin === undefined && isForThisMachine(headers)) return listener(request, response);
    response.writeHead(403, { Connection: 'close' }).end();
  });
  server.maxConnections = MAX_CONNECTIONS;
  const listening = await listen(
    server,
    port,
    '; AWS_PORT chooses other ports for the local services of AWS',
  );
  return {
    endpoint: `http://127.0.0.1:${listening}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
