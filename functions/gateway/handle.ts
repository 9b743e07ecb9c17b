/** A request in, an answer out, whatever happens; and an audit line (contract §2.2). */

import { answerBytes } from '../http/answerBytes.ts';
import { render, renderErrors } from '../http/envelope.ts';
import { answerTooLarge, refusal, tryAgain, VaultError } from '../http/errors.ts';
import type { HttpRequest, HttpResponse } from '../http/message.ts';
import { MAX_ANSWER_BYTES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { SchedulerBusy } from '../ports/scheduler.ts';
import { StoreBusy } from '../ports/store.ts';
import { retryContended } from '../store/retryContended.ts';
import { MountMoved } from '../tree/generation.ts';
import type { Api, Audit } from './api.ts';
import { readRequest } from './door.ts';
import { frames } from './frames.ts';
import { perform, type Visit } from './perform.ts';
import { NothingToSay } from './readPath.ts';

/** What may be well when the request is sent again. */
const PASSING = [StoreBusy, SchedulerBusy];

export async function handle(http: HttpRequest, api: Api, deps: Deps): Promise<HttpResponse> {
  const audit: Audit = {
    request_id: deps.ids.uuid(),
    gateway_request_id: http.id,
    remote_address: http.sourceIp,
  };
  const response = await answer(http, api, deps, audit);
  deps.log.info('request', { ...audit, method: http.method, status: response.status });
  const namespace = http.headers['x-vault-namespace'];
  if (namespace && isHeaderSafe(namespace))
    response.headers = { ...response.headers, 'X-Vault-Namespace': namespace };
  return response;
}

async function answer(http: HttpRequest, api: Api, deps: Deps, audit: Audit): Promise<HttpResponse> {
  try {
    const asked = readRequest(http);
    if (asked.wrapTtl && !api.wrap) throw refusal('responses of this endpoint cannot be wrapped');
    const visit: Visit = { http, asked, api, deps, audit };
    const reply = await retryContended(() => perform(visit), MountMoved);
    const response = render(reply, audit.request_id, asked.path);
    if (answerBytes(response.body) > MAX_ANSWER_BYTES) throw answerTooLarge();
    return response;
  } catch (error) {
    return renderError(error, deps);
  }
}

function renderError(error: unknown, deps: Deps): HttpResponse {
  if (error instanceof NothingToSay)
    return { status: error.status, headers: { 'Cache-Control': 'no-store' }, body: '' };
  if (error instanceof VaultError) return renderErrors(error.status, error.errors, error.headers);
  if (PASSING.some((kind) => error instanceof kind)) return renderError(tryAgain(), deps);
  deps.log.error('unexpected error', { error: (error as Error).name, stack: frames(error) });
  return renderErrors(500, ['internal error']);
}

/** What may stand in a header; a front that decodes headers could let more through. */
function isHeaderSafe(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value);
}
