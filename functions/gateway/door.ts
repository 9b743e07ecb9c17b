/** What a request says before anything is looked up: operation, namespace, path, fields, token. */

import { silent, VaultError } from '../http/errors.ts';
import { parseBool } from '../http/fields.ts';
import { headerNamespace, tokenIn } from '../http/headers.ts';
import { type HttpRequest, isWrite, type Operation } from '../http/message.ts';
import { readBody, readText } from '../http/readBody.ts';
import { MAX_BULK_JSON_STRINGS } from '../limits.ts';
import { readPath } from './readPath.ts';
import { readWrapTtl } from './wrapTtl.ts';

export interface Asked {
  operation: Operation;
  /** The path after `/v1/`, decoded. */
  path: string;
  /** The namespace of the header, with a trailing slash; empty for none. */
  headerNamespace: string;
  raw: Record<string, unknown>;
  token?: string;
  /** Seconds for which the answer shall be wrapped; 0 for an open answer. */
  wrapTtl: number;
}

/**
 * Reads a request in the order of contract §2.2: method and body, then namespace.
 * @throws VaultError for anything that is no request this service could serve
 */
export function readRequest(http: HttpRequest): Asked {
  const path = readPath(http.rawPath, http.query);
  const operation = operationOf(http);
  const token = tokenIn(http.headers);
  return {
    operation,
    path: (operation === 'list' || operation === 'scan') && !path.endsWith('/') ? `${path}/` : path,
    headerNamespace: headerNamespace(http.headers['x-vault-namespace']),
    raw: isWrite(operation) ? bodyFields(http, path) : queryFields(http.query),
    wrapTtl: readWrapTtl(http.headers['x-vault-wrap-ttl']),
    ...(token ? { token } : {}),
  };
}

function operationOf({ method, query, headers }: HttpRequest): Operation {
  if (query.help?.[0]) return 'help';
  switch (method) {
    case 'GET':
    case 'HEAD':
      return readOperation(query);
    case 'LIST':
      return 'list';
    case 'SCAN':
      return 'scan';
    case 'HELP':
      return 'help';
    case 'POST':
    case 'PUT':
      return 'update';
    case 'PATCH':
      requireMergePatch(headers['content-type']);
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      throw silent(405);
  }
}

function readOperation({ list, scan }: HttpRequest['query']): Operation {
  const [lists, scans] = [isWanted(list), isWanted(scan)];
  if (lists && scans) throw silent(400);
  return lists ? 'list' : scans ? 'scan' : 'read';
}

function isWanted(values: string[] | undefined): boolean {
  if (!values?.[0]) return false;
  const wanted = parseBool(values[0]);
  if (wanted === undefined) throw silent(400);
  return wanted;
}

function requireMergePatch(contentType: string | undefined): void {
  if (!contentType) throw new VaultError(400, ['mime: no media type']);
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/merge-patch+json') return;
  const text = `PATCH requires Content-Type of application/merge-patch+json, provided ${type}`;
  throw new VaultError(415, [text]);
}

/** Where a body may hold a whole plan, in the root namespace or under another in the path. */
const TAKES_PLANS = /(^|\/)sys\/remount\/bulk$/;

/** A plan as CSV is one field; the others then come from the query. */
function bodyFields(http: HttpRequest, path: string): Record<string, unknown> {
  if (!TAKES_PLANS.test(path)) return readBody(http);
  if (!isCsv(http.headers['content-type'])) return readBody(http, MAX_BULK_JSON_STRINGS);
  return { ...queryFields(http.query), csv: readText(http.body) };
}

function isCsv(contentType: string | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'text/csv';
}

/** Every parameter but those that steer becomes a field; repeated ones a list (contract §2.4). */
function queryFields(query: Record<string, string[]>): Record<string, unknown> {
  const fields = Object.entries(query).filter(([name]) => !['help', 'list', 'scan'].includes(name));
  return Object.fromEntries(fields.map(([name, values]) => [name, values.length > 1 ? values : values[0]]));
}
