/** Answers a request and writes its audit line, also when the request fails (contract §2.2). */

import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { answerBytes, render, renderErrors } from '../http/envelope.ts';
import { refusal, stackFrames, tooLarge, tryAgain, VaultError } from '../http/errors.ts';
import { type HttpRequest, type HttpResponse, tokenIn } from '../http/message.ts';
import { RELEASE, RELEASE_HEADER } from '../http/version.ts';
import { MAX_ANSWER_BYTES } from '../limits.ts';
import { ClusterForbids, ClusterUnavailable } from '../ports/cluster.ts';
import type { Deps, DepsFor } from '../ports/deps.ts';
import { SchedulerBusy } from '../ports/scheduler.ts';
import { StoreBusy } from '../ports/store.ts';
import { retryContended } from '../store/retryContended.ts';
import { MountMoved } from '../tree/generation.ts';
import type { Api, Audit, Visit } from './api.ts';
import { fromApiGateway, toApiGateway } from './apiGateway.ts';
import { answerElsewhere, inServiceNamespace } from './elsewhere.ts';
import { perform } from './perform.ts';
import { PlainAnswer, readRequest } from './readRequest.ts';

/** The handler of a Lambda function behind the REST API. */
export function apiHandler(
  api: Api,
  depsFor: DepsFor,
): (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> {
  return async (event) => {
    const http = fromApiGateway(event);
    return toApiGateway(await handle(http, api, depsFor(tokenIn(http.headers))));
  };
}

/** Answers one request. It never throws. */
export async function handle(http: HttpRequest, api: Api, deps: Deps): Promise<HttpResponse> {
  const audit: Audit = {
    request_id: deps.ids.uuid(),
    gateway_request_id: http.id,
    remote_address: http.sourceIp,
  };
  const response = await answer(http, api, deps, audit);
  deps.log.info('request', { ...audit, method: http.method, status: response.status });
  const namespace = http.headers['x-vault-namespace'];
  const echoed = namespace && isHeaderSafe(namespace) ? { 'X-Vault-Namespace': namespace } : {};
  return { ...response, headers: { ...response.headers, [RELEASE_HEADER]: RELEASE, ...echoed } };
}

async function answer(received: HttpRequest, api: Api, deps: Deps, audit: Audit): Promise<HttpResponse> {
  const { cluster } = deps;
  try {
    const elsewhere = cluster && (await answerElsewhere(cluster, received));
    if (elsewhere) return withinLimit(elsewhere);
    const http = cluster ? inServiceNamespace(cluster, received) : received;
    const request = readRequest(http);
    if (request.wrapTtl && (cluster || !api.wrap))
      throw refusal('responses of this endpoint cannot be wrapped');
    const visit: Visit = { http, request, api, deps, audit };
    const reply = await retryContended(() => perform(visit), MountMoved);
    return withinLimit(render(reply, audit.request_id, request.path));
  } catch (error) {
    return shortened(renderError(error, deps));
  }
}

/** An error may quote what was sent, and quoting makes it longer. */
function shortened(response: HttpResponse): HttpResponse {
  if (answerBytes(response.body) <= MAX_ANSWER_BYTES) return response;
  return renderErrors(response.status, [`the error has more than ${MAX_ANSWER_BYTES} bytes`]);
}

function withinLimit(response: HttpResponse): HttpResponse {
  if (answerBytes(response.body) > MAX_ANSWER_BYTES)
    throw tooLarge(`the answer has more than ${MAX_ANSWER_BYTES} bytes; ask for less`);
  return response;
}

/** Errors that may not occur again when the client repeats the request. */
const TRANSIENT = [StoreBusy, SchedulerBusy];

function renderError(error: unknown, deps: Deps): HttpResponse {
  if (error instanceof PlainAnswer) {
    const { status, body, headers } = error;
    return { status, headers: { 'Cache-Control': 'no-store', ...headers }, body };
  }
  if (error instanceof VaultError) return renderErrors(error.status, error.errors, error.headers);
  if (error instanceof ClusterUnavailable) {
    deps.log.warn('the cluster does not answer', { why: error.message });
    return renderErrors(503, ['the cluster does not answer, try again'], { 'Retry-After': '1' });
  }
  if (error instanceof ClusterForbids) {
    deps.log.error('the cluster refuses the service', { why: error.message });
    // Where that was may be outside the namespace of the request (R10).
    return renderErrors(502, [error.message.replace(/ \(.*\)$/s, '')]);
  }
  if (TRANSIENT.some((kind) => error instanceof kind)) return renderError(tryAgain(), deps);
  deps.log.error('unexpected error', { error: (error as Error).name, stack: stackFrames(error) });
  return renderErrors(500, ['internal error']);
}

/** Whether a value may be sent in a header; a gateway that decodes headers could let other characters through. */
function isHeaderSafe(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value);
}
