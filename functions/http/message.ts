/** Plain HTTP messages, as every front hands them over and takes them back. */

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
