/** Conditional requests: an answer that the client already has is not sent again (RFC 9110 §13.1.2). */

import type { Call, Reply } from './route.ts';

/** @returns the reply with its entity tag; 304 without a body where the request names that tag */
export function unlessSeen<Data>(
  { headers }: Pick<Call, 'headers'>,
  etag: string,
  reply: Reply<Data>,
): Reply<Data> {
  const seen = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  const tagged = { ...reply.headers, ETag: etag };
  return seen.includes(etag) || seen.includes('*')
    ? { status: 304, headers: tagged }
    : { ...reply, headers: tagged };
}
