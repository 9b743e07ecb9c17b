/** From the raw path of a request to the path below `/v1/` (contract §2.5). */

import { refusal, silent, VaultError } from '../http/errors.ts';
import { isPrintable } from '../tree/path.ts';

const PREFIX = '/v1/';

/**
 * @param query goes along when the client is sent to the cleaned path
 * @returns the path after `/v1/`, percent-decoded exactly once
 * @throws VaultError 307 to the cleaned path, 404 outside `/v1/`, 400 for what is not a path
 */
export function readPath(rawPath: string, query: Record<string, string[]> = {}): string {
  const clean = cleaned(rawPath);
  if (clean !== rawPath) throw new VaultError(307, [], { Location: harmless(clean) + queryText(query) });
  if (!rawPath.startsWith(PREFIX)) throw silent(404);
  const path = decoded(rawPath.slice(PREFIX.length));
  if (!isPrintable(path)) throw new NothingToSay(400);
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw refusal('relative paths not supported');
  }
  return path;
}

/** An error whose body is empty, not even an empty list. */
export class NothingToSay extends Error {
  readonly status: number;

  constructor(status: number) {
    super();
    this.status = status;
  }
}

function cleaned(rawPath: string): string {
  const clean: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '..') clean.pop();
    else if (segment !== '' && segment !== '.') clean.push(segment);
  }
  const path = `/${clean.join('/')}`;
  return rawPath.endsWith('/') && path !== '/' ? `${path}/` : path;
}

/** A browser takes `\` for `/`, and what begins with two slashes for the name of a host. */
function harmless(path: string): string {
  return path.replaceAll('\\', '%5C');
}

function queryText(query: Record<string, string[]>): string {
  const parameters = new URLSearchParams();
  for (const [name, values] of Object.entries(query))
    for (const value of values) parameters.append(name, value);
  return parameters.size > 0 ? `?${parameters}` : '';
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new NothingToSay(400);
  }
}
