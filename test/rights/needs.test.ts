import { describe, expect, it } from 'vitest';
import { covers, needsOf } from './needs.ts';

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
    ['DeleteSchedule', {}, ['scheduler:DeleteSchedule ScheduleGroup undefined']],
  ])('%s is found from the parts of its request', (operation, body, needs) => {
    expect(
      needsOf(operation, body).map(({ action, resource, key }) => `${action} ${resource} ${key}`),
    ).toEqual(needs);
  });

  it('includes the keys of the other items of its table in the call', () => {
    const parts = [
      { Put: { TableName: 'access', Item: key('bootstrap') } },
      { Delete: { TableName: 'access', Key: key('token#old') } },
      { Delete: { TableName: 'access', Key: key('token#older') } },
      { Update: { TableName: 'mounts', Key: key('root') } },
    ];
    const needs = needsOf('TransactWriteItems', { TransactItems: parts });
    expect(needs.map(({ together }) => together)).toEqual([
      ['bootstrap', 'token#'],
      ['bootstrap', 'token#'],
      ['bootstrap', 'token#'],
      undefined,
    ]);
  });

  it('is allowed by a right to all keys of the call, and by none to a part of them', () => {
    const need = { action: 'dynamodb:DeleteItem', resource: 'AccessTable', key: 'token#' };
    const right = { action: 'dynamodb:DeleteItem', resource: 'AccessTable' };
    const together = ['bootstrap', 'token#'];

    expect(covers({ ...right, keys: ['token#*'] }, need)).toBe(true);
    expect(covers({ ...right, keys: ['token#*'] }, { ...need, together })).toBe(false);
    expect(covers({ ...right, keys: ['bootstrap', 'token#*'] }, { ...need, together })).toBe(true);
    expect(covers(right, { ...need, together })).toBe(true);
    expect(covers({ ...right, action: 'dynamodb:PutItem' }, need)).toBe(false);
  });

  it('is not guessed for an unknown operation', () => {
    expect(() => needsOf('Scan', { TableName: 'mounts' })).toThrow('Scan');
  });
});
