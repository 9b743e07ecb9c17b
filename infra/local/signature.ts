/**
 * The signature of a request to AWS (SigV4): who knows the secret access key signs, and nobody else is served.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ClientSettings } from './clientSettings.ts';

type Credentials = ClientSettings['credentials'];

export interface Signable {
  method: string;
  /** The path with its query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** How long a signature is valid, before and after its time. */
const LIFE_MS = 5 * 60_000;

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=[0-9a-f]{64}$/;

/** Whether the request has a valid signature of these credentials: it is signed again, and must get the same one. */
export async function isSigned(request: Signable, credentials: Credentials, now: number): Promise<boolean> {
  const { headers } = request;
  const [, region, service, names = ''] = AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  const signingDate = dateOf(String(headers['x-amz-date']));
  if (!region || !service || !(Math.abs(now - signingDate.getTime()) <= LIFE_MS)) return false;
  const signedNames = names.split(';');
  const hash = headers['x-amz-content-sha256'];
  if (!signedNames.includes('host') || (hash !== undefined && hash !== hashOf(request.body))) return false;
  const signed = await sign(request, signedNames, { credentials, region, service, signingDate });
  return isSame(signed.authorization ?? '', headers.authorization ?? '');
}

/** The headers of a signed `GET`. */
export function signedHeaders(
  url: URL,
  service: string,
  { credentials, region }: Pick<ClientSettings, 'credentials' | 'region'>,
): Promise<Record<string, string>> {
  const request = { method: 'GET', url: url.pathname + url.search, headers: { host: url.host }, body: '' };
  return sign(request, ['host'], { credentials, region, service, signingDate: new Date() });
}

interface Scope {
  credentials: Credentials;
  region: string;
  service: string;
  signingDate: Date;
}

async function sign(
  { method, url, headers, body }: Signable,
  names: string[],
  { signingDate, ...scope }: Scope,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ ...scope, sha256: Sha256, applyChecksum: false });
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  const request = {
    method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: pathname,
    query: Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)])),
    headers: Object.fromEntries(names.map((name) => [name, String(headers[name] ?? '')])),
    body,
  };
  return (await signer.sign(request, { signingDate, signableHeaders: new Set(names) })).headers;
}

/** `20260131T220000Z`; an invalid date for anything else. */
function dateOf(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function hashOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => Buffer.from(text.replaceAll(', ', ',')));
  return a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b);
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** SHA-256, or with a secret its HMAC, as the signer uses it. */
class Sha256 {
  readonly #begin: () => Hash | Hmac;
  #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === 'string' || secret === undefined ? secret : bytesOf(secret);
    this.#begin = () => (key === undefined ? createHash('sha256') : createHmac('sha256', key));
    this.#hash = this.#begin();
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begin();
  }
}
