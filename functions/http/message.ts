/** HTTP requests and answers, apart from the gateway that carries them, and Vault's operations. */

export interface HttpRequest {
  /** Given by the front, for logs. */
  id: string;
  method: string;
  /** As it was sent, percent-encoding and all: it is decoded exactly once, by `readPath`. */
  rawPath: string;
  /** Decoded. */
  query: Record<string, string[]>;
  /** Names in lower case; of repeated headers the first, of `authorization` the first that bears a token. */
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
export type Operation = 'read' | 'list' | 'scan' | 'create' | 'update' | 'patch' | 'delete' | 'help';

/** Whether an operation takes its fields from a body, and its path without a slash at the end. */
export function isWrite(operation: Operation): boolean {
  return operation === 'create' || operation === 'update' || operation === 'patch';
}
