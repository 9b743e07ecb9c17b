import { describe, expect, it } from 'vitest';
import { needsOf } from './needs.ts';

const S = (text: string) => ({ S: text });
const key = (pk: string) => ({ pk: S(pk), sk: S('.') });

describe('what a call needs', () => {
  it.each([
    ['GetItem', { TableName: 'access', Key: key('token#abc') }, ['dynamodb:GetItem AccessTable token#']],
    ['PutItem', { TableName: 'access', Item: key('bootstrap') }, ['dynamodb:PutItem AccessTable bootstrap']],
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

  it('is not guessed for an unknown operation', () => {
    expect(() => needsOf('Scan', { TableName: 'mounts' })).toThrow('Scan');
  });
});
