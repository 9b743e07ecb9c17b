/** What a request says before anything is looked up: operation, namespace, path, fields, token (contract §2.2). */

import querystring from 'node:querystring';
import { durationProblem, parseDuration } from '../http/duration.ts';
import { refusal, silent, VaultError } from '../http/errors.ts';
import { parseBool } from '../http/fields.ts';
import {
  type HttpRequest,
  headerNamespace,
  isWrite,
  type Operation,
  STEERING,
  tokenIn,
} from '../http/message.ts';
import { bodyText, parseBody } from '../http/parseBody.ts';
import { MAX_BULK_JSON_STRINGS } from '../limits.ts';
import { isPrintable } from '../tree/path.ts';

export interface ParsedRequest {
  operation: Operation;
  /** The path after `/v1/`, decoded. */
  path: string;
  /** Whether the path is text. Bytes that are no UTF-8 are no name that anything can have. */
  isText: boolean;
  /** The namespace of the header, with a trailing slash; empty for none. */
  headerNamespace: string;
  /** All fields as they were sent. */
  raw: Record<string, unknown>;
  token?: string;
  /** Seconds for which the answer is to be wrapped; 0 for an open answer. */
  wrapTtl: number;
}

/**
 * Reads a request in the order of contract §2.2: path, method and body, then namespace and wrap TTL.
 * @throws VaultError for what is no request that this service can serve
 * @throws PlainAnswer 307 to a cleaned path, 400 for a path that cannot be decoded
 */
export function readRequest(http: HttpRequest): ParsedRequest {
  const path = readPath(http);
  if (OF_ALL_NAMESPACES.test(path) && http.headers['x-vault-namespace'])
    throw refusal('operation unavailable in namespaces');
  if (OF_THE_SERVER.has(path) && !isServerVerb(http.method, path)) throw silent(405);
  const operation = operationOf(http);
  const isText = isUtf8(http.rawPath);
  if (!isText && (isWrite(operation) || operation === 'delete')) throw new PlainAnswer(400);
  const token = tokenIn(http.headers);
  return {
    operation,
    path: (operation === 'list' || operation === 'scan') && !path.endsWith('/') ? `${path}/` : path,
    isText,
    headerNamespace: OF_THE_SERVER.has(path) ? '' : headerNamespace(http.headers['x-vault-namespace']),
    raw: isWrite(operation) ? bodyFields(http, path) : queryFields(http.query),
    wrapTtl: readWrapTtl(http.headers['x-vault-wrap-ttl']),
    ...(token ? { token } : {}),
  };
}

/**
 * Facts about the server itself, whatever namespace the header names. They have no verbs but GET and HELP, and health
 * also HEAD (contract §10).
 */
const OF_THE_SERVER = new Set(['sys/health', 'sys/init', 'sys/leader', 'sys/seal-status']);

function isServerVerb(method: string, path: string): boolean {
  return method === 'GET' || method === 'HELP' || (method === 'HEAD' && path === 'sys/health');
}

/** Endpoints of the service as a whole, which no header may ask for in a namespace (contract §2.3). */
const OF_ALL_NAMESPACES = /^sys\/(health|init)(\/|$)/;

const PREFIX = '/v1/';

/** Paths that Go's server knows as folders: a request without the slash is redirected. */
const FOLDERS = ['/v1', '/v1/sys'];

/**
 * From the raw path of a request to the path below `/v1/` (contract §2.5).
 * @param http its query is kept when the client is redirected to the cleaned path
 * @returns the path after `/v1/`, percent-decoded exactly once; bytes that are no UTF-8 are replaced
 * @throws VaultError 404 outside `/v1/`, 400 for relative paths
 * @throws PlainAnswer 307 to the cleaned path, 400 for what cannot be decoded or printed
 */
export function readPath(http: Addressed): string {
  const { rawPath, prefix } = http;
  if (!rawPath.startsWith(PREFIX)) throw silent(404);
  const clean = cleaned(rawPath);
  if (clean !== rawPath) throw redirect({ ...http, rawPath: clean }, prefix);
  if (/%(?![0-9a-f]{2})/i.test(rawPath)) throw new PlainAnswer(400, '400 Bad Request', 'text/plain');
  const path = querystring.unescape(rawPath.slice(PREFIX.length));
  if (!isPrintable(path)) throw new PlainAnswer(400);
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw refusal('relative paths not supported');
  }
  return path;
}

/** An answer that is not JSON: the request is none that could reach an endpoint. */
export class PlainAnswer extends Error {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string>;

  constructor(status: number, body = '', type = '', headers: Record<string, string> = {}) {
    super();
    this.status = status;
    this.body = body;
    this.headers = { ...headers, ...(type && { 'Content-Type': `${type}; charset=utf-8` }) };
  }
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** What a request says of where it goes. */
type Addressed = Pick<HttpRequest, 'rawPath' | 'prefix' | 'query' | 'method'>;

/**
 * Sends a client to a path. For people, a redirected GET has a link, as that of Go's server.
 * @param before the path: the prefix of this service, or the address of another server that has the path
 */
export function redirect({ rawPath, query, method }: Addressed, before: string): PlainAnswer {
  const location = before + harmless(rawPath) + queryText(query);
  const headers = { Location: location };
  if (method !== 'GET') return new PlainAnswer(307, '', '', headers);
  const escaped = location.replace(/[&<>"']/g, (character) => ESCAPES[character] as string);
  return new PlainAnswer(307, `<a href="${escaped}">Temporary Redirect</a>.\n\n`, 'text/html', headers);
}

/** The path without empty, `.` and `..` segments, with a slash before it. */
export function cleaned(rawPath: string): string {
  const clean: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '..') clean.pop();
    else if (segment !== '' && segment !== '.') clean.push(segment);
  }
  const path = `/${clean.join('/')}`;
  const isFolder = FOLDERS.includes(path) || (rawPath.endsWith('/') && path !== '/');
  return isFolder ? `${path}/` : path;
}

/** Browsers read `\` as `/`, and would read a path that begins with two slashes as the name of a host. */
function harmless(path: string): string {
  return path.replaceAll('\\', '%5C');
}

function queryText(query: Record<string, string[]>): string {
  const parameters = new URLSearchParams();
  for (const [name, values] of Object.entries(query))
    for (const value of values) parameters.append(name, value);
  return parameters.size > 0 ? `?${parameters}` : '';
}

function isUtf8(rawPath: string): boolean {
  try {
    decodeURIComponent(rawPath);
    return true;
  } catch {
    return false;
  }
}

function operationOf({ method, query, headers }: HttpRequest): Operation {
  if (query.help?.[0]) return 'help';
  switch (method) {
    case 'GET':
      return readOperation(query);
    case 'HEAD':
      return 'head';
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
    case 'OPTIONS':
      throw refusal('cannot handle internal-only request operation');
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
  const type = mediaType(contentType);
  if (!type) throw new VaultError(400, ['mime: no media type']);
  if (type === 'application/merge-patch+json') return;
  const text = `PATCH requires Content-Type of application/merge-patch+json, provided ${type}`;
  throw new VaultError(415, [text]);
}

function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase();
}

/** Here a body may hold a whole plan; the path may begin with a namespace. */
const TAKES_PLANS = /(^|\/)sys\/remount\/bulk$/;

/** A plan as CSV is one field; the other fields then come from the query. */
function bodyFields(http: HttpRequest, path: string): Record<string, unknown> {
  if (!TAKES_PLANS.test(path)) return parseBody(http);
  const isCsv = mediaType(http.headers['content-type']) === 'text/csv';
  if (!isCsv) return parseBody(http, MAX_BULK_JSON_STRINGS);
  return { ...queryFields(http.query), csv: bodyText(http.body) };
}

/**
 * Every parameter becomes a field, except those that choose the operation; repeated ones become a list (contract §2.4).
 */
function queryFields(query: Record<string, string[]>): Record<string, unknown> {
  const fields = Object.entries(query).filter(([name]) => !STEERING.includes(name));
  return Object.fromEntries(fields.map(([name, values]) => [name, values.length > 1 ? values : values[0]]));
}

/**
 * How long the answer is to stay wrapped (contract §2.3).
 * @param header `X-Vault-Wrap-TTL`
 * @returns seconds; 0 when nothing is to be wrapped. Less than a second counts as one second: a client that asks for a
 *   wrapped answer must not get an open one.
 * @throws VaultError 400 for what is no duration, or a negative one
 */
function readWrapTtl(header = ''): number {
  const text = header.trim();
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds === 0 && /[1-9]/.test(text) ? 1 : seconds;
  const isNegative = text.startsWith('-') && parseDuration(text.slice(1)) !== undefined;
  const why = isNegative ? 'requested wrap ttl cannot be negative' : durationProblem(text);
  throw refusal(`error parsing X-Vault-Wrap-TTL header: ${why}`);
}
