/** One `path` block of a policy, checked and compiled (contract §5.2). Pure. */

import { parseDuration, parseTime } from '../http/duration.ts';
import { goQuote } from '../http/errors.ts';
import { parseInteger } from '../http/fields.ts';
import type { HclEntry, HclObject, HclValue } from './hcl.ts';
import {
  bodyOf,
  checkKeys,
  type JsonValue,
  lastOf,
  quote,
  stringsOf,
  toJson,
  valuesOf,
} from './hclFields.ts';
import { PolicySyntaxError } from './policySyntaxError.ts';

export const CAPABILITIES = [
  'create',
  'read',
  'update',
  'delete',
  'list',
  'patch',
  'sudo',
  'scan',
  'deny',
] as const;

export type Capability = (typeof CAPABILITIES)[number];

/** The values that one parameter may have, or may not have; an empty list means every value. */
export interface ParameterRule {
  /** In lower case; `*` means every name. */
  name: string;
  values: JsonValue[];
}

/** It is stored as JSON. */
export interface PathRule {
  /** Relative to the policy's namespace, without a leading slash; `+` segments and a trailing `*` as written. */
  path: string;
  /** `deny` is always alone. */
  capabilities: Capability[];
  allowedParameters?: ParameterRule[];
  deniedParameters?: ParameterRule[];
  requiredParameters?: string[];
  /** Seconds. */
  minWrappingTtl?: number;
  /** Seconds. */
  maxWrappingTtl?: number;
  /** The greatest number of entries in a listing. */
  paginationLimit?: number;
  /** Epoch milliseconds at which the rule expires. */
  expiresAt?: number;
  /**
   * Why this service cannot judge a request that the rule may match, and so refuses it. Only policies of a cluster have
   * such rules.
   */
  unjudged?: string;
}

/** The meaning of the old `policy = "…"`. */
const SHORTHANDS = new Map<HclValue, Capability[]>([
  ['deny', ['deny']],
  ['read', ['read', 'list']],
  ['write', ['create', 'read', 'update', 'delete', 'list']],
  ['sudo', ['create', 'read', 'update', 'delete', 'list', 'sudo']],
]);

const KEYS = [
  'capabilities',
  'policy',
  'allowed_parameters',
  'denied_parameters',
  'required_parameters',
  'min_wrapping_ttl',
  'max_wrapping_ttl',
  'pagination_limit',
  'expiration',
  // Accepted because policies written for Vault have them; they have no effect here.
  'comment',
  'mfa_methods',
  'control_group',
  'list_scan_response_keys_filter_path',
];

/** What newer versions of Vault have in rules. None of it takes a right away, so it is passed over in rules of a cluster. */
const OF_VAULT = { keys: ['subscribe_event_types'], capabilities: ['subscribe', 'recover'] };

/** What the rules of a cluster may demand besides, and only the cluster can judge. */
const OF_THE_CLUSTER = ['mfa_methods', 'control_group', 'list_scan_response_keys_filter_path'];

/**
 * @returns nothing for a path with an identity template: tokens have no identity here, so it matches nothing
 * @throws PolicySyntaxError
 */
export function compilePathRule(entry: HclEntry): PathRule | undefined {
  const { rule, isTemplated } = compiled(entry);
  return isTemplated ? undefined : rule;
}

/**
 * Compiles a rule of a cluster, whose tokens have an identity. What only the cluster can judge is marked.
 * @throws PolicySyntaxError
 */
export function compileClusterRule(entry: HclEntry): PathRule {
  const { rule, isTemplated, body } = compiled(entry, OF_VAULT);
  const demand = OF_THE_CLUSTER.find((key) => body.entries.some((demanded) => demanded.key === key));
  const what = isTemplated ? 'a template' : demand;
  return what ? { ...rule, unjudged: `the rule for ${goQuote(entry.key)} has ${what}` } : rule;
}

/** @param passedOver keys and capabilities that are known and have no effect */
function compiled(
  { key, value }: HclEntry,
  passedOver: typeof OF_VAULT = { keys: [], capabilities: [] },
): { rule: PathRule; isTemplated: boolean; body: HclObject } {
  const where = `path ${goQuote(key)}`;
  const isTemplated = checkTemplate(key);
  const body = bodyOf(value, where);
  checkKeys(body, [...KEYS, ...passedOver.keys], `${where}: `);
  const path = key.replace(/^\//, '');
  if (path.includes('+*')) {
    throw new PolicySyntaxError(`path ${goQuote(path)}: invalid use of wildcards ('+*' is forbidden)`);
  }
  const rule: PathRule = {
    path,
    capabilities: capabilitiesOf(body, where, passedOver.capabilities),
    ...parametersOf(body, where),
    ...wrappingOf(body),
    ...paginationOf(body, where),
    ...expirationOf(body, where),
  };
  return { rule, isTemplated, body };
}

/** @returns whether the path has an identity template */
function checkTemplate(path: string): boolean {
  const [before = '', ...templates] = path.split('{{');
  if (before.includes('}}') || templates.some((rest) => rest.split('}}').length !== 2)) {
    throw new PolicySyntaxError('failed to validate policy templating: unbalanced templating characters');
  }
  return templates.length > 0;
}

/** Capabilities after a `deny` are not checked, and none are checked if the shorthand denies. */
function capabilitiesOf(body: HclObject, where: string, passedOver: string[]): Capability[] {
  const shorthand = lastOf(body, 'policy') ?? '';
  const meant = shorthand === '' ? [] : SHORTHANDS.get(shorthand);
  if (meant === undefined) throw new PolicySyntaxError(`${where}: invalid policy ${quote(shorthand)}`);
  if (shorthand === 'deny') return ['deny'];
  const capabilities = new Set<Capability>();
  for (const name of [...stringsOf(body, 'capabilities', where), ...meant]) {
    if (passedOver.includes(name)) continue;
    const capability = CAPABILITIES.find((known) => known === name);
    if (capability === undefined) throw new PolicySyntaxError(`${where}: invalid capability ${quote(name)}`);
    if (capability === 'deny') return ['deny'];
    capabilities.add(capability);
  }
  return [...capabilities];
}

function parametersOf(body: HclObject, where: string) {
  const allowed = parameterRules(body, 'allowed_parameters', where);
  const denied = parameterRules(body, 'denied_parameters', where);
  const required = stringsOf(body, 'required_parameters', where).map((name) => name.toLowerCase());
  return {
    ...(allowed.length > 0 && { allowedParameters: allowed }),
    ...(denied.length > 0 && { deniedParameters: denied }),
    ...(required.length > 0 && { requiredParameters: required }),
  };
}

function parameterRules(body: HclObject, key: string, where: string): ParameterRule[] {
  const entries = valuesOf(body, key).flatMap((value) => bodyOf(value, `${where}: ${key}`).entries);
  return entries.map(({ key: name, value }) => {
    if (typeof value !== 'object' || value === null) {
      throw new PolicySyntaxError(`${where}: ${key}: ${goQuote(name)} must be a list`);
    }
    return { name: name.toLowerCase(), values: (Array.isArray(value) ? value : [value]).map(toJson) };
  });
}

/** A TTL of 0 means no limit. */
function wrappingOf(body: HclObject) {
  const min = ttlOf(body, 'min_wrapping_ttl');
  const max = ttlOf(body, 'max_wrapping_ttl');
  if (min > 0 && max > 0 && max < min) {
    throw new PolicySyntaxError('max_wrapping_ttl cannot be less than min_wrapping_ttl');
  }
  return { ...(min > 0 && { minWrappingTtl: min }), ...(max > 0 && { maxWrappingTtl: max }) };
}

function ttlOf(body: HclObject, key: string): number {
  const value = lastOf(body, key) ?? 0;
  const seconds = parseDuration(value);
  if (seconds !== undefined) return seconds;
  throw new PolicySyntaxError(`error parsing ${key}: invalid duration ${quote(value)}`);
}

/** A limit of 0 or less means no limit. */
function paginationOf(body: HclObject, where: string) {
  const value = lastOf(body, 'pagination_limit') ?? 0;
  const limit = parseInteger(value);
  if (limit === undefined) {
    throw new PolicySyntaxError(`${where}: pagination_limit must be a whole number, got ${quote(value)}`);
  }
  return limit > 0 ? { paginationLimit: limit } : {};
}

function expirationOf(body: HclObject, where: string) {
  const value = lastOf(body, 'expiration') ?? '';
  if (value === '') return {};
  const expiresAt = typeof value === 'object' ? Number.NaN : parseTime(String(value));
  if (!Number.isNaN(expiresAt)) return { expiresAt };
  throw new PolicySyntaxError(`${where}: invalid expiration time: ${quote(value)}`);
}
