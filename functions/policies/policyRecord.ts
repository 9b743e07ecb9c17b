/** The record of a policy: what is stored of it, and what a write makes of it (contract §5.1). Pure. */

import type { Shape, Wire } from '../http/shape.ts';
import { MAX_COMPILED_POLICY_BYTES } from '../limits.ts';
import type { Item, PlacedItem, Ref } from '../ports/store.ts';
import { record } from '../store/record.ts';
import { builtinPolicy } from './builtinPolicies.ts';
import { casMismatch, casMissing, casOnExisting, policyTooLong } from './errors.ts';
import type { Policy } from './policy.ts';

export interface PolicyRecord {
  text: string;
  version: number;
  casRequired: boolean;
  /** Epoch milliseconds; policies that nobody wrote have none. */
  modified?: number;
  /** Epoch milliseconds. */
  expiresAt?: number;
}

/** What is stored beside it is the text as it was understood, for whoever evaluates it. */
const RECORD = record<PolicyRecord & { compiled: string }>();

/** @returns nothing for a policy that expired, or that never was */
export function recordOf(name: string, item: Item | undefined, now: number): PolicyRecord | undefined {
  if (name === 'root') return { text: '', version: 0, casRequired: false };
  const found = RECORD.of(item) ?? builtin(name);
  return found && !isExpired(found, now) ? found : undefined;
}

function builtin(name: string): PolicyRecord | undefined {
  const text = builtinPolicy(name);
  return text === undefined ? undefined : { text, version: 1, casRequired: false };
}

function isExpired({ expiresAt }: PolicyRecord, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** What a request sets. */
export interface NewPolicy {
  text: string;
  policy: Policy;
  casRequired: boolean;
  /** The version there must be; -1 for none at all. */
  cas?: number | undefined;
  expiresAt?: number | undefined;
}

/**
 * @param key where the policy is stored
 * @throws VaultError 400 when check-and-set refuses
 */
export function nextItem(
  key: Ref,
  before: PolicyRecord | undefined,
  { text, policy, casRequired, cas, expiresAt }: NewPolicy,
  now: number,
): PlacedItem {
  checkCas(before, casRequired, cas);
  const compiled = JSON.stringify(withEnd(policy, expiresAt));
  if (Buffer.byteLength(compiled) > MAX_COMPILED_POLICY_BYTES) throw policyTooLong(MAX_COMPILED_POLICY_BYTES);
  const version = (before?.version ?? 0) + 1;
  const end = expiresAt === undefined ? {} : { expiresAt };
  return RECORD.at(key, { text, compiled, version, casRequired, modified: now, ...end });
}

function checkCas(before: PolicyRecord | undefined, casRequired: boolean, cas: number | undefined): void {
  if (cas === undefined) {
    if (casRequired || before?.casRequired) throw casMissing();
    return;
  }
  if (cas === -1 && before) throw casOnExisting();
  if (cas !== -1 && cas !== (before?.version ?? 0)) throw casMismatch();
}

/** A policy that ends is one whose rules end, so that nobody who evaluates rules has to ask for more. */
function withEnd({ rules }: Policy, end: number | undefined): Policy {
  if (end === undefined) return { rules };
  return { rules: rules.map((rule) => ({ ...rule, expiresAt: Math.min(rule.expiresAt ?? end, end) })) };
}

const POLICY_FACTS = {
  name: 'string',
  version: 'int',
  cas_required: 'bool',
  allow_wildcards_in_identity_templates: 'bool',
  allow_slashes_in_identity_templates: 'bool',
  'modified?': 'string',
  'expiration?': 'string',
} as const satisfies Shape;

export const POLICY = { ...POLICY_FACTS, policy: 'string' } as const satisfies Shape;
export type PolicyData = Wire<typeof POLICY>;

/** As the old path names its text. */
export const OLD_POLICY = { ...POLICY_FACTS, rules: 'string' } as const satisfies Shape;

export function policyData(name: string, record: PolicyRecord): PolicyData {
  const { text, version, casRequired, modified, expiresAt } = record;
  return {
    name,
    policy: text,
    version,
    cas_required: casRequired,
    allow_wildcards_in_identity_templates: false,
    allow_slashes_in_identity_templates: false,
    ...(modified !== undefined && { modified: new Date(modified).toISOString() }),
    ...(expiresAt !== undefined && { expiration: new Date(expiresAt).toISOString() }),
  };
}
