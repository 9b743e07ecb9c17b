/**
 * HTTP requests and answers, apart from the gateway that carries them; what their headers say; and Vault's operations.
 */

import { posix } from 'node:path';

export interface HttpRequest {
  /** Given by API Gateway, for logs. */
  id: string;
  method: string;
  /** As it was sent, percent-encoded: it is decoded exactly once, by `readPath`. */
  rawPath: string;
  /** What clients write before that path: the stage of API Gateway, such as `/prod`; empty with a domain of its own. */
  prefix: string;
  /** Decoded. */
  query: Record<string, string[]>;
  /** Names in lower case; of repeated headers the first, of `authorization` the first that has a token. */
  headers: Record<string, string>;
  body: Buffer;
  sourceIp: string;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What a request asks for: policies name these operations as capabilities, and routes have a handler for each. */
export type Operation = 'read' | 'list' | 'scan' | 'create' | 'update' | 'patch' | 'delete' | 'help' | 'head';

/** Parameters of the query that choose the operation; all others are fields. */
export const STEERING = ['help', 'list', 'scan'];

/** Whether an operation takes its fields from a body, and its path without a slash at the end. */
export function isWrite(operation: Operation): boolean {
  return operation === 'create' || operation === 'update' || operation === 'patch';
}

/**
 * The namespace that a header names, with a trailing slash; empty for the root namespace. It is cleaned as Go's
 * `path.Clean` does. A path that leaves the root upwards stays so, and names no namespace.
 */
export function headerNamespace(header = ''): string {
  const path = posix.normalize(`${header.trim().replace(/^\/+/, '')}/`);
  return ['/', './', 'root/'].includes(path) ? '' : path;
}

/** The token of a request; `X-Vault-Token` takes precedence over `Authorization` (contract §2.3). */
export function tokenIn(headers: Record<string, string>): string | undefined {
  const own = headers['x-vault-token'];
  if (own) return own;
  const authorization = headers.authorization;
  return authorization?.startsWith('Bearer ') ? authorization.slice('Bearer '.length).trim() : undefined;
}
