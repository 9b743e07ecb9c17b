/** What a recorded call asks of IAM, in two readings of how AWS judges the keys of a call with several items. */

import { capital } from '../../infra/rights.ts';
import { ALL, type Need } from '../../rights/needs.ts';
import type { Recorded } from '../../rights/recorder.ts';
import type { Asked } from './judge.ts';
import { ACCOUNT, REGION, STACK, type Stack } from './stack.ts';

/**
 * AWS does not say whether a condition on keys sees those of the other parts of a transaction, or of the other tables of a
 * batch. `item` is with what one part names, `call` with the keys of all parts, and all attributes that are named in the
 * same table by the same action.
 */
export type Reading = 'item' | 'call';

export function asksOf(stack: Stack, { functionName, needs }: Recorded, reading: Reading): Asked[] {
  const together = (need: Need) => (reading === 'call' ? needs.filter(isOfTable) : [need]);
  return needs.map((need) => ({
    who: `${capital(functionName)}Role`,
    action: need.action,
    resource: arnOf(stack, need),
    context: contextOf(need, together(need)),
  }));
}

function isOfTable({ action }: Need): boolean {
  return action.startsWith('dynamodb:');
}

/** Characters; a role may allow keys of that length. */
const NAMESPACE_ID_LENGTH = 6;
/** A key of the recorded kind: the record says how it begins, or what it is where it is constant. */
function keyOf({ key = '' }: Need): string {
  // Without a prefix it is the id of a namespace, or of a mount.
  if (key === '') return 'x'.repeat(NAMESPACE_ID_LENGTH);
  return key.endsWith('#') ? `${key}x` : key;
}

/** @param together what is judged together with it, itself included */
function contextOf(need: Need, together: Need[]): Record<string, string[]> {
  if (need.action === 'events:PutEvents') return ANNOUNCED;
  if (!isOfTable(need)) return {};
  const alike = together.filter(
    ({ action, resource }) => action === need.action && resource === need.resource,
  );
  return {
    'dynamodb:LeadingKeys': unique(together.map(keyOf)),
    ...attributesOf(unique(alike.flatMap((one) => one.attributes ?? []))),
    ...(need.action === 'dynamodb:Query' && { 'dynamodb:Select': [selectOf(need)] }),
  };
}

/** A query without a projection reads all attributes, and names none. */
function attributesOf(names: string[]): Record<string, string[]> {
  const named = names.filter((name) => name !== ALL);
  return named.length > 0 ? { 'dynamodb:Attributes': named } : {};
}

/** What DynamoDB takes where a request does not say. */
function selectOf({ attributes = [] }: Need): string {
  return attributes.includes(ALL) ? 'ALL_ATTRIBUTES' : 'SPECIFIC_ATTRIBUTES';
}

function unique(names: string[]): string[] {
  return [...new Set(names)].sort();
}

/** What `publish` puts on the bus. */
const ANNOUNCED = { 'events:source': ['remount'], 'events:detail-type': ['Remount Switched'] };

function arnOf({ arns }: Stack, { resource }: Need): string {
  if (resource === 'ScheduleGroup')
    return `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/${STACK}/root.nightly`;
  const [id = '', ...index] = resource.split('/');
  const arn = arns[id];
  if (!arn) throw new Error(`no ARN of ${resource}`);
  return [arn, ...index].join('/');
}
