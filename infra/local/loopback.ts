/**
 * Which requests to this machine a web page may have sent: every page in a browser of the operator can reach the loopback
 * address.
 */

import type { IncomingHttpHeaders } from 'node:http';

const THIS_MACHINE = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Whether the request names this machine as its host. A page whose own name leads to this machine (DNS rebinding) is of
 * the same origin as the service, but its browser sends that name. Only clients of HTTP/1.0 send none.
 */
export function isForThisMachine({ host }: IncomingHttpHeaders): boolean {
  return host === undefined || THIS_MACHINE.test(host);
}

/** Whether a page of another origin sends the request. Programs send no origin. */
export function isOfAnotherOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  return origin !== undefined && origin !== `http://${host}`;
}
