/** The IAM rights that each call of an AWS API needs. */

import { capital, type Grant } from '../infra/rights.ts';

export interface Need {
  action: string;
  /** Named as in the grants of a role: `MountsTable`, `MigrationsTable/index/open`, `RemountStateMachine`. */
  resource: string;
  /** For DynamoDB: the partition key up to its first `#`, or the whole of a key that is constant. */
  key?: string;
  /** For several items in one call: the keys of all of them in this table, each once. */
  together?: string[];
}

// biome-ignore lint/suspicious/noExplicitAny: the body of a request is whatever the operation has
type Body = Record<string, any>;

/** @throws Error for an operation whose needs are not known here: no call is skipped */
export function needsOf(operation: string, body: Body): Need[] {
  const needs = partsOf(operation, body);
  return needs.map((need) => {
    const beside = needs.filter(({ resource }) => resource === need.resource);
    const together = [...new Set(beside.map(({ key = '' }) => key))].sort();
    return together.length > 1 ? { ...need, together } : need;
  });
}

/**
 * Whether a right allows what a call needs. AWS does not say whether it compares the keys of a right with the key of each
 * item or with those of the whole call, so the right has to allow both.
 */
export function covers({ action, resource, keys }: Grant, need: Need): boolean {
  const asked = need.together ?? [need.key];
  const isWithin = (key: string | undefined) => keys?.some((pattern) => key === pattern.replace('*', ''));
  return (
    action === need.action && resource === need.resource && (keys === undefined || asked.every(isWithin))
  );
}

function partsOf(operation: string, body: Body): Need[] {
  switch (operation) {
    case 'BatchGetItem':
      return batched(operation, body, (table) => table.Keys);
    case 'BatchWriteItem':
      return batched(operation, body, (requests) =>
        requests.map(({ PutRequest, DeleteRequest }: Body) => PutRequest?.Item ?? DeleteRequest.Key),
      );
    // A transaction itself needs no right, only its parts do.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    case 'TransactWriteItems':
      return body.TransactItems.flatMap((part: Record<string, Body>) =>
        Object.entries(part).map(([verb, write]) => needOf(itemAction(verb), write, write.Key ?? write.Item)),
      );
    case 'Query':
      return [queried(body)];
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [needOf(operation, body, body.Key ?? body.Item)];
    case 'StartExecution':
      return [
        {
          action: 'states:StartExecution',
          resource: `${capital(lastPart(body.stateMachineArn))}StateMachine`,
        },
      ];
    case 'PutEvents':
      return body.Entries.map((entry: Body) => ({
        action: 'events:PutEvents',
        resource: `${capital(entry.EventBusName)}Bus`,
      }));
    case 'CreateSchedule':
    case 'UpdateSchedule':
    case 'DeleteSchedule':
      return [{ action: `scheduler:${operation}`, resource: 'ScheduleGroup' }];
    default:
      throw new Error(`nobody knows what ${operation} needs`);
  }
}

/** `Put` of a transaction → `PutItem`; a `ConditionCheck` has an action of its own. */
function itemAction(verb: string): string {
  return verb === 'ConditionCheck' ? 'ConditionCheckItem' : `${verb}Item`;
}

function batched(operation: string, { RequestItems }: Body, keysOf: (requests: Body) => Body[]): Need[] {
  return Object.entries<Body>(RequestItems).flatMap(([TableName, requests]) =>
    keysOf(requests).map((key) => needOf(operation, { TableName }, key)),
  );
}

/** The key condition of each query begins with its partition: `#pk = :pk AND …`. */
function queried(body: Body): Need {
  const [, placeholder = ''] = /^#?\w+ = (:\w+)/.exec(body.KeyConditionExpression) ?? [];
  const need = needOf('Query', body, { pk: body.ExpressionAttributeValues[placeholder] });
  return body.IndexName ? { ...need, resource: `${need.resource}/index/${body.IndexName}` } : need;
}

function needOf(action: string, { TableName }: Body, { pk }: Body): Need {
  const [, key = ''] = /^(\w+#|bootstrap$)/.exec(pk.S) ?? [];
  return { action: `dynamodb:${action}`, resource: `${capital(TableName)}Table`, key };
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}
