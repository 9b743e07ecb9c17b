/** Reads from a packaged template what each role may do. */

import type { Resource, Template } from './packageTemplate.ts';

export interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/** Tables as in `MountsTable`, `MigrationsTable/index/open`, `MigrationsTable/stream`; others by logical id → actions. */
export type Rights = Map<string, string[]>;

/** The inline statements of a role. */
export function statementsOf(role: Resource): Statement[] {
  return (role.Properties.Policies ?? []).flatMap(
    (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
  );
}

/** What a role may do, per resource. */
export function rightsOf(template: Template, roleId: string): Rights {
  const role = template.Resources[roleId];
  if (!role) throw new Error(`no role ${roleId}`);
  const rights: Rights = new Map();
  for (const { Action, Resource } of statementsOf(role)) {
    for (const resource of many(Resource)) {
      const name = nameOf(resource);
      rights.set(name, [...(rights.get(name) ?? []), ...many(Action)]);
    }
  }
  return rights;
}

/** `RemountLambdaFunction` → `remount`. */
export function functionName(logicalId: string): string {
  const name = logicalId.replace('LambdaFunction', '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

export function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export function many<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

/** The logical id that a resource of a statement refers to, with what follows the ARN. */
function nameOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Sub': text } = resource as Record<string, string | string[]>;
  if (Ref) return String(Ref);
  if (attribute?.[1] === 'StreamArn') return `${attribute[0]}/stream`;
  if (attribute) return String(attribute[0]);
  // A state machine by its name, where a reference would go in a circle.
  const [, machine] = /:stateMachine:\$\{AWS::StackName\}-(\w+)$/.exec(String(text)) ?? [];
  return machine ? `${capital(machine)}StateMachine` : String(text).replace(/\$\{(\w+)\.Arn\}/g, '$1');
}

/**
 * What a role may do to one table, as docs/deployment.md writes it: `Get Update(token#*) Query(open)`, in brackets
 * the keys or the index that a right is confined to.
 */
export function tableRights(template: Template, roleId: string, table: string): string[] {
  const statements = statementsOf(template.Resources[roleId] as Resource);
  return statements.flatMap(({ Action, Resource, Condition }) =>
    many(Resource)
      .map(nameOf)
      .filter((name) => name.split('/')[0] === table)
      .flatMap((name) => many(Action).map((action) => verb(action) + confinement(name, Condition))),
  );
}

/** `dynamodb:GetItem` → `Get`. */
function verb(action: string): string {
  return action.replace('dynamodb:', '').replace('Item', '');
}

function confinement(name: string, condition: Statement['Condition']): string {
  const index = name.split('/index/')[1];
  const keys = condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
  const bounds = index ?? keys;
  return bounds === undefined ? '' : `(${many(bounds).join(' ')})`;
}
