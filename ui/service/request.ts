/** Requests to the service that the page comes from. */

import { Refused, refusedWith } from './refused.ts';
import type { Session } from './session.ts';

export interface Wish {
  method?: 'GET' | 'POST';
  query?: Record<string, string>;
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The script lies in `ui/`, beside `v1/`: so a stage in front of both does not matter. */
const API = new URL('../v1/', import.meta.url);

/** Longer than a request lives. */
const TIMEOUT_MS = 35_000;

/**
 * @param path below `/v1/`
 * @returns the answer, which may be 304 when the headers ask for it
 * @throws Refused
 */
export async function request(
  { token, namespace }: Pick<Session, 'token' | 'namespace'>,
  path: string,
  { method = 'GET', query = {}, body, headers = {}, signal }: Wish = {},
): Promise<Response> {
  const url = new URL(path, API);
  url.search = new URLSearchParams(query).toString();
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(url, {
    method,
    headers: {
      'X-Vault-Token': token,
      'X-Vault-Request': 'true',
      ...(namespace && { 'X-Vault-Namespace': namespace }),
      ...headers,
    },
    cache: 'no-store',
    credentials: 'omit',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error: Error) => {
    if (signal?.aborted) throw error;
    throw new Refused(0, []);
  });
  if (answer.ok || answer.status === 304) return answer;
  throw refusedWith(answer.status, await answer.text());
}

/** @returns the `data` of the answer */
export async function data<Data>(session: Session, path: string, wish?: Wish): Promise<Data> {
  const answer = await request(session, path, wish);
  return ((await answer.json()) as { data: Data }).data;
}

/** Vault answers a list that would be empty with 404. */
export async function listed<Info>(
  session: Session,
  path: string,
  query: Record<string, string>,
  signal?: AbortSignal,
): Promise<[id: string, info: Info][]> {
  const wanted = Object.entries(query).filter(([, value]) => value !== '');
  try {
    const { keys, key_info } = await data<{ keys: string[]; key_info: Record<string, Info> }>(session, path, {
      query: { list: 'true', ...Object.fromEntries(wanted) },
      ...(signal && { signal }),
    });
    return keys.map((key) => [key, key_info[key] as Info]);
  } catch (error) {
    if (error instanceof Refused && error.status === 404 && error.texts.length === 0) return [];
    throw error;
  }
}

/** So that a button that is pressed twice, or a request that is repeated, does its work once. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
