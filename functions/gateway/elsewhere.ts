/**
 * What a cluster answers itself: every request that is not about migrations. Clients are sent there, as by a standby of
 * the cluster, so no secret passes through this service (architecture §11).
 */

import querystring from 'node:querystring';
import { addressAllowed } from '../credentials/cidr.ts';
import { namespaceNotFound, notAuthenticated } from '../http/errors.ts';
import { type HttpRequest, type HttpResponse, headerNamespace, tokenIn } from '../http/message.ts';
import type { ClusterReads } from '../ports/cluster.ts';
import { cleaned, type PlainAnswer, redirect } from './readRequest.ts';

const OURS = 'sys/remount';

const NAMESPACE_HEADER = 'x-vault-namespace';

/** What the page reads besides. A browser lets no page follow to another server. */
const FOR_THE_PAGE = ['auth/token/lookup-self', 'sys/internal/ui/mounts'];

/**
 * @returns the answer of the cluster to what the page reads; nothing if the request may be about migrations
 * @throws PlainAnswer 307 to the cluster for everything else
 */
export async function answerElsewhere(
  cluster: ClusterReads,
  http: HttpRequest,
): Promise<HttpResponse | undefined> {
  const path = querystring.unescape(cleaned(http.rawPath)).replace(/^\/v1(?=\/)/, '');
  if (`${path}/`.includes(`/${OURS}/`) || !http.rawPath.startsWith('/v1/')) return undefined;
  const token = tokenIn(http.headers);
  const isForThePage = http.method === 'GET' && FOR_THE_PAGE.includes(path.slice(1));
  if (!isForThePage || !token || http.headers['x-vault-wrap-ttl']) throw sentToCluster(cluster, http);
  return readForThePage(cluster, inServiceNamespace(cluster, http), token, path.slice(1));
}

/**
 * The request as it is in the namespace of the service: clients name their namespace as they do for the cluster.
 * @throws VaultError 404 outside that namespace
 */
export function inServiceNamespace({ namespace }: ClusterReads, http: HttpRequest): HttpRequest {
  const named = headerNamespace(http.headers[NAMESPACE_HEADER]);
  if (!named.startsWith(namespace)) throw namespaceNotFound();
  return { ...http, headers: { ...http.headers, [NAMESPACE_HEADER]: named.slice(namespace.length) } };
}

/** Whether this service answers a request, once its namespace is known. */
export function isOurs(path: string): boolean {
  return path === OURS || path.startsWith(`${OURS}/`);
}

export function sentToCluster({ address }: Pick<ClusterReads, 'address'>, http: HttpRequest): PlainAnswer {
  return redirect(http, address);
}

/** The cluster sees the address of this service, so this service judges that of the caller. */
async function readForThePage(
  cluster: ClusterReads,
  { headers, sourceIp }: HttpRequest,
  token: string,
  path: string,
): Promise<HttpResponse> {
  const found = await cluster.lookup(token);
  if (!found || !addressAllowed(found.boundCidrs, sourceIp)) throw notAuthenticated();
  const namespace = headerNamespace(headers[NAMESPACE_HEADER]);
  const { status, body } = await cluster.readAs(token, { namespace, path });
  return { status, headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }, body };
}
