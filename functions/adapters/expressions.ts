/** Converts the store's conditions and updates to DynamoDB expressions with placeholders. */

import type { Condition, Match, Test } from '../ports/store.ts';

/** Collects the names and values of one expression. A name gets one placeholder, even if it is used twice. */
export class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, unknown> = {};

  name(attribute: string): string {
    const known = Object.entries(this.names).find(([, name]) => name === attribute);
    if (known) return known[0];
    const placeholder = `#${Object.keys(this.names).length}`;
    this.names[placeholder] = attribute;
    return placeholder;
  }

  value(value: unknown): string {
    const placeholder = `:${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }
}

export function conditionExpression(condition: Condition, into: Placeholders): string {
  const matches = Array.isArray(condition) ? condition : [condition];
  return matches.map((match) => matchExpression(match, into)).join(' OR ');
}

function matchExpression(match: Match, into: Placeholders): string {
  const tests = Object.entries(match).map(([attribute, test]) => testExpression(attribute, test, into));
  return tests.length === 1 ? (tests[0] as string) : `(${tests.join(' AND ')})`;
}

function testExpression(attribute: string, test: Test, into: Placeholders): string {
  const name = into.name(attribute);
  if (typeof test !== 'object') return `${name} = ${into.value(test)}`;
  if ('absent' in test) return `attribute_not_exists(${name})`;
  if ('present' in test) return `attribute_exists(${name})`;
  if ('atMost' in test) return `${name} <= ${into.value(test.atMost)}`;
  if ('below' in test) return `${name} < ${into.value(test.below)}`;
  return `${name} > ${into.value(test.above)}`;
}

export interface Changes {
  set?: Record<string, unknown>;
  add?: Record<string, number>;
  remove?: string[];
}

export function updateExpression({ set = {}, add = {}, remove = [] }: Changes, into: Placeholders): string {
  const clauses: string[] = [];
  const sets = Object.entries(set).map(
    ([attribute, value]) => `${into.name(attribute)} = ${into.value(value)}`,
  );
  if (sets.length > 0) clauses.push(`SET ${sets.join(', ')}`);
  const adds = Object.entries(add).map(
    ([attribute, value]) => `${into.name(attribute)} ${into.value(value)}`,
  );
  if (adds.length > 0) clauses.push(`ADD ${adds.join(', ')}`);
  if (remove.length > 0) clauses.push(`REMOVE ${remove.map((attribute) => into.name(attribute)).join(', ')}`);
  return clauses.join(' ');
}
