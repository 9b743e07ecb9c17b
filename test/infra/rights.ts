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

/** One action that a role may take, and on what. */
export interface Grant {
  action: string;
  /** Named as in {@link Rights}. */
  resource: string;
  /** The partition keys that it is confined to, such as `token#*`. */
  keys?: string[];
  /** The attributes that a request may name, such as `leasesIn*`. */
  attributes?: string[];
}

/** The inline statements of a role. */
export function statementsOf(role: Resource): Statement[] {
  return (role.Properties.Policies ?? []).flatMap(
    (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
  );
}

/** Conditions on who asks or is asked for, which confine no grant to a part of its resource. */
const OF_THE_CALLER = ['kms:ViaService', 'iam:PassedToService', 'events:source'];
/** Of a query: it has to name the attributes that it reads. */
const NAMED = 'SPECIFIC_ATTRIBUTES';
/** Conditions that confine a grant to a part of a table. */
const BOUNDS: Record<string, 'keys' | 'attributes'> = {
  'dynamodb:LeadingKeys': 'keys',
  'dynamodb:Attributes': 'attributes',
};
/** A batch that may name only these can only delete. What it could put would be an item without content. */
const KEY_ATTRIBUTES = ['pk', 'sk'];
const UNDERSTOOD = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/**
 * What a role may do, one by one.
 * @throws Error for a statement that says something not understood here: nothing is passed over
 */
export function grantsOf(template: Template, roleId: string): Grant[] {
  const role = template.Resources[roleId];
  if (!role) throw new Error(`no role ${roleId}`);
  return statementsOf(role).flatMap((statement) => {
    const { Action, Resource } = statement;
    const bounds = boundsOf(statement);
    const actions = many(Action).map((action) => ({ action, ...bounds }));
    return many(Resource).flatMap((resource) =>
      actions.map((action): Grant => ({ ...action, resource: nameOf(resource) })),
    );
  });
}

/** What a statement is confined to within its resource: partition keys, or names of attributes. */
function boundsOf(statement: Statement): Pick<Grant, 'keys' | 'attributes'> {
  const { Effect, Condition = {} } = statement;
  const bounds: Pick<Grant, 'keys' | 'attributes'> = {};
  let mustName = false;
  const odd = Object.keys(statement).filter((part) => !UNDERSTOOD.includes(part));
  if (Effect !== 'Allow') odd.push(Effect);
  for (const [operator, tests] of Object.entries(Condition)) {
    for (const [subject, value] of Object.entries(tests)) {
      const bound = operator === 'ForAllValues:StringLike' && BOUNDS[subject];
      if (bound) bounds[bound] = many(value as string | string[]);
      else if (operator === 'StringEqualsIfExists' && subject === 'dynamodb:Select')
        mustName = value === NAMED;
      else if (!/^(ForAllValues:)?StringEquals$/.test(operator) || !OF_THE_CALLER.includes(subject))
        odd.push(`${operator} ${subject}`);
    }
  }
  // Without that condition, a query could simply name no attribute, and read all of them.
  if (bounds.attributes && many(statement.Action).includes('dynamodb:Query') && !mustName)
    odd.push('attributes');
  if (odd.length > 0) throw new Error(`nobody knows what ${odd.join(', ')} of ${statement.Sid} grants`);
  return bounds;
}

/** What a role may do, per resource. */
export function rightsOf(template: Template, roleId: string): Rights {
  const rights: Rights = new Map();
  for (const { action, resource } of grantsOf(template, roleId))
    rights.set(resource, [...(rights.get(resource) ?? []), action]);
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
 * What a role may do to one table, as docs/deployment.md writes it: `Get Update(token#*,children#*) Query(open)`, in
 * brackets the keys or the index that a right is confined to, `some` for a right to some attributes, or `keys` for one to
 * the attributes of the key alone. `BatchDelete` is a right to batches of deletions.
 */
export function tableRights(template: Template, roleId: string, table: string): string[] {
  return grantsOf(template, roleId)
    .filter(({ resource }) => resource.split('/')[0] === table)
    .map((grant) => verb(grant) + confinement(grant));
}

/** `dynamodb:GetItem` → `Get`. */
function verb(grant: Grant): string {
  if (deletesOnly(grant)) return 'BatchDelete';
  return grant.action.replace('dynamodb:', '').replace('Item', '');
}

function deletesOnly(grant: Grant): boolean {
  return grant.action === 'dynamodb:BatchWriteItem' && namesKeysOnly(grant);
}

function namesKeysOnly({ attributes }: Grant): boolean {
  return String(attributes) === String(KEY_ATTRIBUTES);
}

function confinement(grant: Grant): string {
  const index = grant.resource.split('/index/')[1];
  const bounds = [...(grant.keys ?? []), ...(index ? [index] : [])];
  if (grant.attributes && !deletesOnly(grant)) bounds.push(namesKeysOnly(grant) ? 'keys' : 'some');
  return bounds.length > 0 ? `(${bounds.join(',')})` : '';
}
