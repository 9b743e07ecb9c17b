/** What right each call of an AWS API needs, in the words of IAM. */

import { capital } from '../infra/rights.ts';

export interface Need {
  action: string;
  /** Named as the grants of a role: `MountsTable`, `MigrationsTable/index/open`, `RemountStateMachine`. */
  resource: string;
  /** What the partition key begins with, up to the first `#`, or all of one that is the same everywhere; of DynamoDB alone. */
  key?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the body of a request is whatever the operation has
type Body = Record<string, any>;

/** @throws Error for an operation whose needs are not known here: nothing is passed over. */
export function needsOf(operation: string, body: Body): Need[] {
  switch (operation) {
    case 'BatchGetItem':
      return batched(operation, body, (table) => table.Keys);
    case 'BatchWriteItem':
      return batched(operation, body, (requests) =>
        requests.map(({ PutRequest, DeleteRequest }: Body) => PutRequest?.Item ?? DeleteRequest.Key),
      );
    // A transaction needs no right of its own, only those of its parts.
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

/** `Put` of a transaction → `PutItem`; a condition that stands alone has an action of its own. */
function itemAction(verb: string): string {
  return verb === 'ConditionCheck' ? 'ConditionCheckItem' : `${verb}Item`;
}

function batched(operation: string, { RequestItems }: Body, keysOf: (requests: Body) => Body[]): Need[] {
  return Object.entries<Body>(RequestItems).flatMap(([TableName, requests]) =>
    keysOf(requests).map((key) => needOf(operation, { TableName }, key)),
  );
}

/** Each query names its partition first: `#pk = :pk AND …`. */
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
