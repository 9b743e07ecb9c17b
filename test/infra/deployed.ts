/** What CloudFormation makes of a packaged template, as far as conditions decide it. */

import type { Resource, Template } from './packageTemplate.ts';
import { many } from './rights.ts';

type Value = string | Intrinsic | Value[] | { [name: string]: Value };
type Intrinsic = { Ref?: string; 'Fn::Equals'?: [Value, Value]; 'Fn::Not'?: [Intrinsic] };

/**
 * Resources whose condition does not hold are left out, and so is what a role or a function would have from them. The
 * policies that are attached to a role are among its own.
 */
export function deployed({ Conditions, Resources, Outputs }: Template): Template {
  const made = Object.entries(Resources).filter(
    ([, { Condition }]) => !Condition || holds(Conditions, Condition),
  );
  const left = new Map(made.map(([id, resource]) => [id, resolve(Conditions, resource) as Resource]));
  for (const [id, { Type, Properties }] of left) {
    if (Type === 'AWS::IAM::Policy') {
      for (const { Ref } of Properties.Roles) policiesOf(left, Ref).push(Properties);
      left.delete(id);
    }
    if (Type !== 'AWS::IAM::Role') continue;
    const { ManagedPolicyArns = [] } = Properties;
    for (const { Ref } of ManagedPolicyArns) if (Ref) policiesOf(left, id).push(left.get(Ref)?.Properties);
    Properties.ManagedPolicyArns = ManagedPolicyArns.filter(({ Ref }: { Ref?: string }) => !Ref);
  }
  return { Conditions: {}, Outputs, Resources: Object.fromEntries(left) };
}

function policiesOf(resources: Map<string, Resource>, role: string): unknown[] {
  const properties = resources.get(role)?.Properties;
  properties.Policies ??= [];
  return properties.Policies;
}

function holds(conditions: Template['Conditions'], name: string): boolean {
  return isTrue(conditions[name] as Intrinsic);
}

function isTrue(condition: Intrinsic): boolean {
  const { 'Fn::Not': not, 'Fn::Equals': equals } = condition;
  if (not) return !isTrue(not[0]);
  if (equals) return equals[0] === equals[1];
  throw new Error(`nobody knows whether ${JSON.stringify(condition)} is true`);
}

/** Replaces each `Fn::If` by the branch that is used, and leaves out what has no value. */
function resolve(conditions: Template['Conditions'], value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('Fn::If' in value) {
    const [name, yes, no] = value['Fn::If'] as [string, unknown, unknown];
    return resolve(conditions, holds(conditions, name) ? yes : no);
  }
  if (Array.isArray(value)) return value.map((one) => resolve(conditions, one)).filter(hasValue);
  const parts = Object.entries(value).map(([name, part]) => [name, resolve(conditions, part)] as const);
  return Object.fromEntries(parts.filter(([, part]) => hasValue(part)));
}

function hasValue(value: unknown): boolean {
  return (value as { Ref?: string } | undefined)?.Ref !== 'AWS::NoValue';
}

/** The names of the functions to whose roles a statement belongs. */
export function holdersOf({ Resources }: Template, sid: string): string[] {
  const roles = Object.entries(Resources).filter(([, { Type, Properties }]) => {
    const policies = Type === 'AWS::IAM::Role' ? (Properties.Policies ?? []) : [];
    return policies.some(({ PolicyDocument }: { PolicyDocument: { Statement: { Sid: string }[] } }) =>
      many(PolicyDocument.Statement).some(({ Sid }) => Sid === sid),
    );
  });
  return roles.map(([id]) => id.charAt(0).toLowerCase() + id.slice(1).replace(/Role$/, '')).sort();
}
