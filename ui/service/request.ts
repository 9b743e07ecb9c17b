/** Requests to the service that served the page. */

import { isTokenRefused, type Need, Refused, refusedWith } from './refused.ts';
import type { Session } from './session.ts';

export interface Wish {
  method?: 'GET' | 'POST' | 'DELETE';
  query?: Record<string, string>;
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Relative to the script in `ui/`, which is beside `v1/`. So it works with any stage in front of both. */
const API = new URL('../v1/', import.meta.url);

/** Longer than the longest life of a request. */
const TIMEOUT_MS = 35_000;

/**
 * @param path below `/v1/`
 * @returns the answer; may be 304 if the headers contain an entity tag
 * @throws Refused
 */
export async function request(
  { token, namespace, onTokenRefused }: Pick<Session, 'token' | 'namespace' | 'onTokenRefused'>,
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
  const refused = refusedWith(answer.status, await answer.text(), needOf(path, method, query));
  if (isTokenRefused(refused)) onTokenRefused?.();
  throw refused;
}

/** Whatever the page changes, plans or ends requires sudo. */
function needOf(path: string, method: Wish['method'], { list }: NonNullable<Wish['query']>): Need {
  if (method === 'POST') return { path, capabilities: 'update and sudo' };
  if (method === 'DELETE') return { path, capabilities: 'delete and sudo' };
  return { path, capabilities: list === 'true' ? 'list' : 'read' };
}

/** @returns the `data` of the answer */
export async function data<Data>(session: Session, path: string, wish?: Wish): Promise<Data> {
  const answer = await request(session, path, wish);
  return ((await answer.json()) as { data: Data }).data;
}

/** A plan, with what the service warns of. */
export type Warned<Plan> = Plan & { warnings: string[] };

/** @returns the `data` of the answer to a dry run, with its warnings */
export async function planned<Plan>(
  session: Session,
  path: string,
  body: Record<string, unknown>,
): Promise<Warned<Plan>> {
  const answer = await request(session, path, { method: 'POST', body });
  const { data, warnings } = (await answer.json()) as { data: Plan; warnings: string[] | null };
  return { ...data, warnings: warnings ?? [] };
}

/** Reads a list. Vault answers 404 for an empty one. */
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

/** An idempotency key: a button pressed twice, or a repeated request, takes effect once. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
