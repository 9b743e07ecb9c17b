/** Which parameters a request may have: the allowed, denied and required ones of a path (contract §5.3). Pure. */

import { refusal } from '../http/errors.ts';
import type { Schema } from '../http/fields.ts';
import { MAX_VALUE_STEPS } from '../limits.ts';
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
  if (values.length === 0 || present?.length === 0) sum.set(name, []);
  else if (present) for (const value of values) present.push(value);
  else sum.set(name, [...values]);
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
 * @throws VaultError 400 for more values than so many values of rules can be compared with
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
  refuseTooManyValues(limits, [...given, ...others]);
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

/** Each value that is sent is compared with each that a rule names. */
function refuseTooManyValues(
  { allowed, denied }: ParameterLimits,
  sent: readonly (readonly [name: string, value: unknown])[],
): void {
  let steps = 0;
  for (const [name, value] of sent) {
    const named = partsOf(allowed.get(name) ?? []) + partsOf(denied.get(name) ?? []);
    if (named > 0) steps += named * partsOf(value);
  }
  if (steps > MAX_VALUE_STEPS)
    throw refusal('the policies of the token name too many values of parameters for so long a list');
}

/** How many values there are in a value. A text may be a list. */
function partsOf(value: unknown): number {
  if (typeof value === 'string') return value.split(',').length;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + partsOf(part), 0);
}

/** The values that a rule for all names allows: all of them. */
function anyOf(allowed: ParameterLimits['allowed']): JsonValue[] | undefined {
  return allowed.has('*') ? [] : undefined;
}
