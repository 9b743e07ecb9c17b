/** Which parameters a request may have: the allowed, denied and required ones of a path (contract §5.3). Pure. */

import type { Schema } from '../http/fields.ts';
import type { JsonValue } from './hclFields.ts';
import type { ParameterRule, PathRule } from './pathRule.ts';
import { isAllowed, isNamed } from './values.ts';

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

/** The fields that were sent, and what the schema of the endpoint says of them. */
export interface SentFields {
  parameters: Record<string, unknown>;
  /** Without it, each value has one spelling. */
  fields?: Schema | undefined;
  /** What the parameters say as well in other fields. */
  synonyms?: (() => [name: string, value: unknown][]) | undefined;
}

/**
 * Required names must be sent in lower case, as the fields of all endpoints are. Other names match in any case. A denied
 * value is denied in every spelling and under every name of its field; an allowed one has to be sent as it is allowed.
 */
export function parametersPass(
  limits: ParameterLimits,
  { parameters, fields = {}, synonyms = () => [] }: SentFields,
): boolean {
  const { allowed, denied, required } = limits;
  if (![...required].every((name) => Object.hasOwn(parameters, name))) return false;
  const given = Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value] as const);
  if (given.length === 0) return true;
  if (denied.has('*')) return false;
  const others = synonyms();
  if ([...given, ...others].some(([name, value]) => isNamed(fields, name, value, denied.get(name))))
    return false;
  if (allowed.size === 0) return true;
  const sent = new Set(given.map(([name]) => name));
  const unsent = others.filter(([name]) => allowed.has(name) && !sent.has(name));
  return (
    given.every(([name, value]) => isAllowed(fields, name, value, allowed.get(name) ?? anyOf(allowed))) &&
    unsent.every(([name, value]) => isNamed(fields, name, value, allowed.get(name)))
  );
}

/** The values that a rule for all names allows: all of them. */
function anyOf(allowed: ParameterLimits['allowed']): JsonValue[] | undefined {
  return allowed.has('*') ? [] : undefined;
}
