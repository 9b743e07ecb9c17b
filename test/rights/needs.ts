/** The IAM rights that each call of an AWS API needs. */

import { capital } from '../infra/rights.ts';

export interface Need {
  action: string;
  /** Named as in the grants of a role: `MountsTable`, `MigrationsTable/index/open`, `RemountStateMachine`. */
  resource: string;
  /** For DynamoDB: the partition key up to its first `#`, or the whole of a key that is constant. */
  key?: string;
  /**
   * For writes and queries of DynamoDB: the names of all attributes in the request, sorted, those of the key included. A
   * query that names none reads {@link ALL}.
   */
  attributes?: string[];
}

export const ALL = 'all of them';

/** Actions that AWS does with the role of a function, not the function's own calls. */
export const BY_AWS =
  /^(logs|xray|kms|sqs):|^iam:PassRole$|^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/;

// biome-ignore lint/suspicious/noExplicitAny: the body of a request is whatever the operation has
type Body = Record<string, any>;

/** @throws Error for an operation whose needs are not known here: no call is skipped */
export function needsOf(operation: string, body: Body): Need[] {
  switch (operation) {
    case 'BatchGetItem':
      return Object.entries<Body>(body.RequestItems).flatMap(([TableName, { Keys }]) =>
        Keys.map((key: Body) => needOf(operation, { TableName }, key)),
      );
    case 'BatchWriteItem':
      return Object.entries<Body[]>(body.RequestItems).flatMap(([TableName, requests]) =>
        requests.map(({ PutRequest, DeleteRequest }) =>
          written(operation, { TableName, ...PutRequest, ...DeleteRequest }),
        ),
      );
    // A transaction itself needs no right, only its parts do.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    case 'TransactWriteItems':
      return body.TransactItems.flatMap((part: Record<string, Body>) =>
        Object.entries(part).map(([verb, write]) => written(itemAction(verb), write)),
      );
    case 'Query':
      return [queried(body)];
    case 'GetItem':
      return [needOf(operation, body, body.Key)];
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [written(operation, body)];
    case 'StartExecution':
      return [
        {
          action: 'states:StartExecution',
          resource: `${capital(lastWord(body.stateMachineArn))}StateMachine`,
        },
      ];
    case 'PutEvents':
      return body.Entries.map((entry: Body) => ({
        action: 'events:PutEvents',
        resource: `${capital(firstWord(entry.EventBusName))}Bus`,
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

function written(action: string, write: Body): Need {
  const item = write.Key ?? write.Item;
  return { ...needOf(action, write, item), attributes: namesIn(write, Object.keys(item)) };
}

/** All names in the expressions of a request are placeholders. */
function namesIn({ ExpressionAttributeNames = {} }: Body, others: string[] = []): string[] {
  return [...new Set([...others, ...Object.values<string>(ExpressionAttributeNames)])].sort();
}

/** The key condition of each query begins with its partition: `#pk = :pk AND …`. */
function queried(body: Body): Need {
  const [, placeholder = ''] = /^#?\w+ = (:\w+)/.exec(body.KeyConditionExpression) ?? [];
  const attributes = body.ProjectionExpression ? namesIn(body) : [ALL];
  const need = { ...needOf('Query', body, { pk: body.ExpressionAttributeValues[placeholder] }), attributes };
  return body.IndexName ? { ...need, resource: `${need.resource}/index/${body.IndexName}` } : need;
}

function needOf(action: string, { TableName }: Body, { pk }: Body): Need {
  const [, key = ''] = /^([a-z-]+#|bootstrap$)/.exec(pk.S) ?? [];
  return { action: `dynamodb:${action}`, resource: `${capital(lastWord(TableName))}Table`, key };
}

/** `mounts` of the local service, `remount-prod-mounts` of a stack. */
function lastWord(name: string): string {
  return /\w+$/.exec(name)?.[0] ?? name;
}

/** `remount` of the local service, `remount-prod` of a stack. */
function firstWord(name: string): string {
  return /^\w+/.exec(name)?.[0] ?? name;
}
