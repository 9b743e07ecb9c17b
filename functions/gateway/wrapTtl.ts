/** How long an answer is to stay wrapped: what the client asks for, and what policies demand (contract §2.3, §5.2). */

import { parseDuration } from '../http/duration.ts';
import { goQuote, refusal } from '../http/errors.ts';
import type { AccessDecision } from '../policies/acl.ts';

/**
 * @param header `X-Vault-Wrap-TTL`
 * @returns seconds; 0 when nothing is to be wrapped. Parts of a second count as a whole one: who asks for a wrapped
 *   answer, however briefly, must not get it open.
 * @throws VaultError 400 for what is no duration, or a negative one
 */
export function readWrapTtl(header = ''): number {
  const text = header.trim();
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds === 0 && /[1-9]/.test(text) ? 1 : seconds;
  const isNegative = text.startsWith('-') && parseDuration(text.slice(1)) !== undefined;
  const why = isNegative
    ? 'requested wrap ttl cannot be negative'
    : `time: invalid duration ${goQuote(text)}`;
  throw refusal(`error parsing X-Vault-Wrap-TTL header: ${why}`);
}

/** Whether the answer will be wrapped as policies demand; either bound demands that it is wrapped at all. */
export function isWrappedEnough(
  { minWrappingTtl, maxWrappingTtl }: AccessDecision,
  seconds: number,
): boolean {
  if (!minWrappingTtl && !maxWrappingTtl) return true;
  if (seconds === 0) return false;
  return seconds >= (minWrappingTtl || 0) && seconds <= (maxWrappingTtl || Number.POSITIVE_INFINITY);
}
