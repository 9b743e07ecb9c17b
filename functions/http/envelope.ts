/** From the reply of a handler to the body that Vault's clients read (contract §2.1). */

import type { HttpResponse } from './message.ts';
import type { Reply } from './route.ts';

const COPIED =
  /^sys\/(audit|auth|mounts|policy)(\/.*)?$|^sys\/(capabilities(-self|-accessor)?|remount|remount\/status\/.+|wrapping\/wrap|key-status|rotate)$/s;

const ENVELOPE_KEYS = {
  lease_id: '',
  renewable: false,
  lease_duration: 0,
  data: null,
  wrap_info: null,
  warnings: null,
  auth: null,
};

/**
 * The answer to a request; 204 where the reply has no content. One with a wrapping token does not tell the id of the
 * request, which is in the answer that was wrapped.
 * @param path the path after `/v1/` as in the URL, with a namespace if the URL names one
 */
export function render(reply: Reply | undefined, requestId: string, path: string): HttpResponse {
  if (reply?.text) return textual(reply.text, reply);
  if (reply?.plain !== undefined) return json(reply.status ?? 200, reply.plain, reply.headers);
  if (!reply || isEmpty(reply)) {
    return { status: reply?.status ?? 204, headers: { ...HEADERS, ...reply?.headers }, body: '' };
  }
  const { data = null, auth = null, leaseId = '', renewable = false, leaseDuration = 0, warnings } = reply;
  const { wrapInfo = null } = reply;
  const envelope = {
    ...ENVELOPE_KEYS,
    request_id: wrapInfo ? '' : requestId,
    lease_id: leaseId,
    renewable,
    lease_duration: leaseDuration,
    data,
    wrap_info: wrapInfo,
    warnings: warnings?.length ? warnings : null,
    auth,
  };
  const body = isCopied(path) && data ? { ...data, ...envelope } : envelope;
  return json(reply.status ?? 200, body, reply.headers);
}

/**
 * Whether the data is also at the top level of the body: on some paths, if the URL names no namespace (contract §2.1).
 */
export function isCopied(path: string): boolean {
  return COPIED.test(path);
}

/** The answer for an error; the list of texts may be empty. */
export function renderErrors(
  status: number,
  errors: string[],
  headers: Record<string, string> = {},
): HttpResponse {
  return json(status, { errors }, headers);
}

const HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

/** Whether a reply has no content, which is a 204. */
export function isEmpty({ data, auth, leaseId, wrapInfo, warnings }: Reply): boolean {
  const parts = [data, auth, leaseId, wrapInfo];
  return parts.every((part) => part === undefined) && !warnings?.length;
}

function textual({ type, body }: { type: string; body: string }, { status = 200, headers }: Reply) {
  return { status, headers: { ...HEADERS, 'Content-Type': type, ...headers }, body };
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers: { ...HEADERS, ...headers }, body: `${JSON.stringify(body)}\n` };
}

/** The size of an answer in bytes as it leaves: API Gateway gets the body as a string in JSON, with its escapes. */
export function answerBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
