/** Which parameters a request may have: the allowed, denied and required ones of a path (contract §5.3). Pure. */

import type { Spellings } from '../http/fields.ts';
import type { JsonValue } from './hclFields.ts';
import type { ParameterRule, PathRule } from './pathRule.ts';

export interface ParameterLimits {
  /** Name in lower case → values; an empty list means every value. */
  allowed: Map<string, JsonValue[]>;
  denied: Map<string, JsonValue[]>;
  required: Set<string>;
}

/** Adds a rule's limits to those of other rules for the same path. */
export function addLimits(limits: ParameterLimits | undefined, rule: PathRule): ParameterLimits | undefined {
  const { allowedParameters = [], deniedParameters = [], requiredParameters = [] } = rule;
  if (allowedParameters.length + deniedParameters.length + requiredParameters.length === 0) return limits;
  const sum = limits ?? { allowed: new Map(), denied: new Map(), required: new Set() };
  for (const parameter of allowedParameters) addValues(sum.allowed, parameter);
  for (const parameter of deniedParameters) addValues(sum.denied, parameter);
  for (const name of requiredParameters) sum.required.add(name);
  return sum;
}

function addValues(sum: Map<string, JsonValue[]>, { name, values }: ParameterRule): void {
  const present = sum.get(name);
  const everyValue = values.length === 0 || present?.length === 0;
  sum.set(name, everyValue ? [] : [...(present ?? []), ...values]);
}

/**
 * Required names must be sent in lower case, as the fields of all endpoints are. Other names match in any case. A denied
 * value is denied in every spelling; an allowed one has to be sent as it is allowed.
 */
export function parametersPass(
  limits: ParameterLimits,
  parameters: Record<string, unknown>,
  spellings: Spellings = (_, value) => [value],
): boolean {
  const { allowed, denied, required } = limits;
  if (![...required].every((name) => Object.hasOwn(parameters, name))) return false;
  const given = Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value] as const);
  if (given.length === 0) return true;
  if (denied.has('*')) return false;
  if (given.some(([name, value]) => isDenied(name, value, denied.get(name), spellings))) return false;
  if (allowed.size === 0) return true;
  return given.every(([name, value]) =>
    allowed.has(name) ? isAmong(value, allowed.get(name)) : allowed.has('*'),
  );
}

function isDenied(
  name: string,
  value: unknown,
  values: JsonValue[] | undefined,
  spellings: Spellings,
): boolean {
  const denied = values?.length ? values.flatMap((one) => spellings(name, one)) : values;
  return spellings(name, value).some((spelled) => isAmong(spelled, denied as JsonValue[] | undefined));
}

function isAmong(value: unknown, values: JsonValue[] | undefined): boolean {
  if (values === undefined) return false;
  return values.length === 0 || values.some((wanted) => isMeant(value, wanted));
}

function isMeant(value: unknown, wanted: JsonValue): boolean {
  return typeof value === 'string' && typeof wanted === 'string'
    ? matchesGlob(value, wanted)
    : equals(value, wanted);
}

/** A `*` is a wildcard at the start and at the end only. */
function matchesGlob(value: string, glob: string): boolean {
  if (glob === '*') return true;
  const start = glob.startsWith('*') ? 1 : 0;
  const end = glob.endsWith('*') ? -1 : undefined;
  const literal = glob.slice(start, end);
  if (start && end) return value.includes(literal);
  if (start) return value.endsWith(literal);
  return end ? value.startsWith(literal) : value === literal;
}

/** Deep equality of JSON values. Numbers of a request may still be in the notation of the body. */
function equals(value: unknown, wanted: unknown): boolean {
  const plain = JSON.isRawJSON(value) ? Number(value.rawJSON) : value;
  if (typeof plain !== 'object' || typeof wanted !== 'object') return plain === wanted;
  if (plain === null || wanted === null || Array.isArray(plain) !== Array.isArray(wanted))
    return plain === wanted;
  const names = Object.keys(wanted);
  return (
    names.length === Object.keys(plain).length && names.every((name) => equalMember(plain, wanted, name))
  );
}

function equalMember(value: object, wanted: object, name: string): boolean {
  return Object.hasOwn(value, name) && equals(Reflect.get(value, name), Reflect.get(wanted, name));
}
