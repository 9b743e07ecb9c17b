/** A minimal Vault client: plain HTTP, one token, one namespace. */

import { setTimeout as delay } from 'node:timers/promises';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the body can be any JSON
  body: any;
}

export interface Vault {
  /** The namespace as in the header; empty for the root namespace. */
  namespace: string;
  /** Sends a request and returns the answer, refusals included. */
  call(method: string, path: string, body?: object): Promise<Answer>;
  /**
   * Reads. Retries while the service is busy (503).
   * @throws Error with the answer if the request is refused
   */
  read(path: string): Promise<Answer['body']>;
  /** Writes; otherwise the same as `read`. */
  write(path: string, body?: object): Promise<Answer['body']>;
  in(namespace: string): Vault;
  /** The same client with another token; an empty one sends none. */
  as(token: string): Vault;
}

const TIMEOUT_MS = 60_000;
const MAX_TRIES = 5;
const PAUSE_MS = 1_000;

export function vaultClient(url: string, token: string, namespace = ''): Vault {
  async function call(method: string, path: string, body?: object): Promise<Answer> {
    const headers = {
      ...(token && { 'X-Vault-Token': token }),
      ...(namespace && { 'X-Vault-Namespace': namespace }),
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = { method, headers, signal, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`${url}/v1/${path}`, sent);
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async function must(method: string, path: string, body?: object): Promise<Answer['body']> {
    let answer = await call(method, path, body);
    for (let tries = 1; answer.status === 503 && tries < MAX_TRIES; tries++) {
      await delay(PAUSE_MS);
      answer = await call(method, path, body);
    }
    if (answer.status < 300) return answer.body;
    const said = answer.body?.errors?.join('; ') || 'nothing';
    throw new Error(
      `${method} ${namespace && `${namespace}: `}${path} was answered with ${answer.status}, ${said}`,
    );
  }

  return {
    namespace,
    call,
    read: (path) => must('GET', path),
    write: (path, body) => must('POST', path, body),
    in: (other) => vaultClient(url, token, other),
    as: (other) => vaultClient(url, other, namespace),
  };
}

/** The text of a refusal, without the tabs and line breaks that Vault puts around some texts. */
export function errorText({ status, body }: Answer): string {
  const errors: string[] = body?.errors ?? [];
  return status < 400 ? 'no error' : errors.join('; ').replaceAll(/\s+/g, ' ').trim() || '(no text)';
}
