/** Reads the fields of a request that writes a policy (contract §5.1). Pure. */

import { parseTime, TIME_TEXT } from '../http/duration.ts';
import { refusal } from '../http/errors.ts';
import type { Fields } from '../http/fields.ts';
import { oldAndNew } from '../http/route.ts';
import { Meant } from '../http/shape.ts';
import { MAX_POLICY_BYTES } from '../limits.ts';
import { type Policy, PolicyError, parsePolicy } from './policy.ts';
import { type NewPolicy, policyTooLong } from './policyRecord.ts';

const POLICY_TEXT = new Meant('string', { spellings: (text) => [decoded(text)] });

export const POLICY_FIELDS = {
  policy: POLICY_TEXT,
  rules: POLICY_TEXT,
  cas: 'int',
  cas_required: 'bool',
  ttl: 'duration',
  expiration: TIME_TEXT,
} as const;

/** At the older path of a policy, where `rules` is the older name of the text. */
export const OLD_POLICY_SYNONYMS = oldAndNew({ rules: 'policy' });

type PolicyFields = Fields<typeof POLICY_FIELDS>;

/**
 * @param text the field `policy`, or `rules` in its place
 * @param now epoch milliseconds
 * @throws VaultError 400, 413 for a text that is too long
 */
export function readNewPolicy(text: string | undefined, fields: PolicyFields, now: number): NewPolicy {
  if (!text) throw refusal("'policy' parameter not supplied or empty");
  const plain = decoded(text);
  if (Buffer.byteLength(plain) > MAX_POLICY_BYTES) throw policyTooLong(MAX_POLICY_BYTES);
  const expiresAt = expiryOf(fields, now);
  return {
    text: plain,
    policy: parsed(plain),
    casRequired: fields.cas_required ?? false,
    cas: fields.cas,
    expiresAt,
  };
}

/** A policy may be sent in base64. No policy text looks like base64. */
function decoded(text: string): string {
  const bare = text.replace(/[\r\n]/g, '');
  const isBase64 = bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare);
  return isBase64 ? Buffer.from(bare, 'base64').toString('utf8') : text;
}

function parsed(text: string): Policy {
  try {
    return parsePolicy(text);
  } catch (error) {
    throw error instanceof PolicyError ? refusal(error.message) : error;
  }
}

/** @returns epoch milliseconds */
function expiryOf({ ttl, expiration }: PolicyFields, now: number): number | undefined {
  if (expiration && ttl !== undefined)
    throw refusal("cannot supply both 'expiration' and 'ttl' for policies");
  if (!expiration && ttl === undefined) return undefined;
  const expiresAt = expiration ? parseTime(expiration) : now + (ttl as number) * 1_000;
  if (Number.isNaN(expiresAt)) {
    const problem = 'error converting input for field "expiration": expected an RFC 3339 time';
    throw refusal(`Field validation failed: ${problem}`);
  }
  if (expiresAt <= now) throw refusal('refusing to update policy as expiration time has already elapsed');
  return expiresAt;
}
