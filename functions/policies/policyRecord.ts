/** The record of a policy: what is stored, how a write changes it, and what clients see (contract §5.1). Pure. */

import { casMissing, refusal, tooLarge, type VaultError } from '../http/errors.ts';
import type { Shape, Wire } from '../http/shape.ts';
import { MAX_COMPILED_POLICY_BYTES } from '../limits.ts';
import type { Item, PlacedItem, Ref } from '../ports/store.ts';
import { record } from '../store/record.ts';
import { builtinPolicy } from './builtinPolicies.ts';
import type { PathRule } from './pathRule.ts';
import { type Policy, parseClusterPolicy, parsePolicy } from './policy.ts';

export interface PolicyRecord {
  text: string;
  version: number;
  casRequired: boolean;
  /** Epoch milliseconds; absent for built-in policies that were never written. */
  modified?: number;
  /** Epoch milliseconds. */
  expiresAt?: number;
}

/** The compiled rules are stored as JSON beside the text. */
const RECORD = record<PolicyRecord & { compiled: string }>();

/**
 * @param now epoch milliseconds
 * @returns nothing for a policy that does not exist or has expired
 */
export function policyRecordOf(name: string, item: Item | undefined, now: number): PolicyRecord | undefined {
  if (name === 'root') return { text: '', version: 0, casRequired: false };
  const found = RECORD.of(item) ?? builtin(name);
  return found && !isExpired(found, now) ? found : undefined;
}

const compiledBuiltins = new Map<string, Policy>();

/**
 * The rules of a policy. They are stored compiled, so that no request parses a stored text.
 * @returns nothing for a policy that does not exist; expired rules are included
 */
export function compiledPolicyOf(name: string, item: Item | undefined): Policy | undefined {
  if (item) return JSON.parse(item.compiled as string) as Policy;
  const text = builtinPolicy(name);
  if (text === undefined) return undefined;
  const policy = compiledBuiltins.get(name) ?? parsePolicy(text);
  compiledBuiltins.set(name, policy);
  return policy;
}

/**
 * The rules of a stored policy as people wrote them: also those with a template, which are not compiled where no token has
 * an identity. What has expired is left out.
 * @param now epoch milliseconds
 */
export function writtenRulesOf(item: Item, now: number): PathRule[] {
  const { sk: name } = item;
  const record = policyRecordOf(name, item, now);
  if (!record) return [];
  const { rules } = record.text.includes('{{')
    ? parseClusterPolicy(name, record.text)
    : (JSON.parse(item.compiled as string) as Policy);
  return rules.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
}

/** A policy as it would be with another text. One that is no policy allows nothing. */
export function withText(item: Item, text: string): Item {
  const { expiresAt } = RECORD.of(item) ?? {};
  return { ...item, text, compiled: JSON.stringify(expiring(parseClusterPolicy(item.sk, text), expiresAt)) };
}

function builtin(name: string): PolicyRecord | undefined {
  const text = builtinPolicy(name);
  return text === undefined ? undefined : { text, version: 1, casRequired: false };
}

function isExpired({ expiresAt }: PolicyRecord, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** What a request writes. */
export interface NewPolicy {
  text: string;
  policy: Policy;
  casRequired: boolean;
  /** The version that the policy must have; -1 if it must not exist. */
  cas?: number | undefined;
  /** Epoch milliseconds. */
  expiresAt?: number | undefined;
}

/**
 * The item after a write.
 * @param key where the policy is stored
 * @param now epoch milliseconds
 * @throws VaultError 400 when check-and-set refuses, 413 when the compiled rules are too long
 */
export function nextItem(
  key: Ref,
  before: PolicyRecord | undefined,
  { text, policy, casRequired, cas, expiresAt }: NewPolicy,
  now: number,
): PlacedItem {
  checkCas(before, casRequired, cas);
  const compiled = JSON.stringify(expiring(policy, expiresAt));
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
  if (cas === -1 && before) throw refusal('check-and-set parameter set to -1 on existing entry');
  const version = before?.version ?? 0;
  if (cas !== -1 && cas !== version)
    throw refusal(`check-and-set parameter ${cas} did not match the current version ${version}`);
}

/** @param bytes the limit */
export function policyTooLong(bytes: number): VaultError {
  return tooLarge(`a policy has at most ${bytes} bytes`);
}

/** The expiry of a policy is stored with each rule, so that evaluating rules needs the rules alone. */
function expiring({ rules }: Policy, expiresAt: number | undefined): Policy {
  if (expiresAt === undefined) return { rules };
  return {
    rules: rules.map((rule) => ({ ...rule, expiresAt: Math.min(rule.expiresAt ?? expiresAt, expiresAt) })),
  };
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

/** At the old path the text has another name. */
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
