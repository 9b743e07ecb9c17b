import { describe, expect, it } from 'vitest';
import { ALL, needsOf } from './needs.ts';

const S = (text: string) => ({ S: text });
const key = (pk: string) => ({ pk: S(pk), sk: S('.') });

describe('what a call needs', () => {
  it.each([
    ['GetItem', { TableName: 'access', Key: key('token#abc') }, ['dynamodb:GetItem AccessTable token#']],
    ['PutItem', { TableName: 'access', Item: key('bootstrap') }, ['dynamodb:PutItem AccessTable bootstrap']],
    [
      'DeleteItem',
      { TableName: 'access', Key: key('token-roles#root') },
      ['dynamodb:DeleteItem AccessTable token-roles#'],
    ],
    ['PutItem', { TableName: 'mounts', Item: key('root') }, ['dynamodb:PutItem MountsTable ']],
    [
      'Query',
      {
        TableName: 'migrations',
        IndexName: 'open',
        KeyConditionExpression: '#a = :a AND #b <= :b',
        ExpressionAttributeValues: { ':a': S('open#1'), ':b': { N: '1' } },
      },
      ['dynamodb:Query MigrationsTable/index/open open#'],
    ],
    [
      'BatchWriteItem',
      {
        RequestItems: {
          leases: [{ PutRequest: { Item: key('a') } }],
          access: [{ DeleteRequest: { Key: key('accessor#b') } }],
        },
      },
      ['dynamodb:BatchWriteItem LeasesTable ', 'dynamodb:BatchWriteItem AccessTable accessor#'],
    ],
    [
      'TransactWriteItems',
      {
        TransactItems: [
          { Update: { TableName: 'mounts', Key: key('root') } },
          { ConditionCheck: { TableName: 'access', Key: key('token#c') } },
        ],
      },
      ['dynamodb:UpdateItem MountsTable ', 'dynamodb:ConditionCheckItem AccessTable token#'],
    ],
    [
      'StartExecution',
      { stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:bulk' },
      ['states:StartExecution BulkStateMachine undefined'],
    ],
    ['PutEvents', { Entries: [{ EventBusName: 'remount' }] }, ['events:PutEvents RemountBus undefined']],
    ['PutEvents', { Entries: [{ EventBusName: 'remount-prod' }] }, ['events:PutEvents RemountBus undefined']],
    ['GetItem', { TableName: 'remount-prod-mounts', Key: key('root') }, ['dynamodb:GetItem MountsTable ']],
    ['DeleteSchedule', {}, ['scheduler:DeleteSchedule ScheduleGroup undefined']],
  ])('%s is found from the parts of its request', (operation, body, needs) => {
    expect(
      needsOf(operation, body).map(({ action, resource, key }) => `${action} ${resource} ${key}`),
    ).toEqual(needs);
  });

  it.each([
    [
      'an update',
      'UpdateItem',
      { Key: key('token#a'), ExpressionAttributeNames: { '#a': 'usesLeft' } },
      'pk sk usesLeft',
    ],
    [
      'an item that is put',
      'PutItem',
      { Item: { ...key('a'), seen: S('x') }, ExpressionAttributeNames: { '#a': 'kind' } },
      'kind pk seen sk',
    ],
    [
      'a batch',
      'BatchWriteItem',
      { RequestItems: { access: [{ PutRequest: { Item: { ...key('a'), seen: S('x') } } }] } },
      'pk seen sk',
    ],
    [
      'a deletion in a batch',
      'BatchWriteItem',
      { RequestItems: { access: [{ DeleteRequest: { Key: key('a') } }] } },
      'pk sk',
    ],
    [
      'a part of a transaction',
      'TransactWriteItems',
      {
        TransactItems: [
          { Delete: { TableName: 'mounts', Key: key('a'), ExpressionAttributeNames: { '#a': 'version' } } },
        ],
      },
      'pk sk version',
    ],
    [
      'a query',
      'Query',
      {
        KeyConditionExpression: '#a = :a',
        ProjectionExpression: '#a, #b',
        ExpressionAttributeNames: { '#a': 'pk', '#b': 'seen' },
        ExpressionAttributeValues: { ':a': S('a') },
      },
      'pk seen',
    ],
    [
      'a query of everything',
      'Query',
      {
        KeyConditionExpression: '#a = :a',
        ExpressionAttributeNames: { '#a': 'pk' },
        ExpressionAttributeValues: { ':a': S('a') },
      },
      ALL,
    ],
  ])('includes the attributes that %s names', (_, operation, body, attributes) => {
    const [need] = needsOf(operation, { TableName: 'access', ...body });
    expect(need?.attributes?.join(' ')).toBe(attributes);
  });

  it('is not guessed for an unknown operation', () => {
    expect(() => needsOf('Scan', { TableName: 'mounts' })).toThrow('Scan');
  });
});
