/** The parts of DynamoDB's wire protocol that the lag needs: requests, keys, and the key conditions of queries. */

/** A value as it is sent: `{ S: 'text' }`, `{ N: '1' }`. */
export type Value = Record<string, unknown>;

export type WireItem = Record<string, Value>;

// biome-ignore lint/suspicious/noExplicitAny: the body of a request or answer is whatever the operation has
export type Body = Record<string, any>;

export type Operation =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'TransactWriteItems'
  | 'BatchWriteItem';

const OPERATIONS: ReadonlySet<string> = new Set<Operation>([
  'GetItem',
  'BatchGetItem',
  'Query',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'TransactWriteItems',
  'BatchWriteItem',
]);

/** The operation of a header `x-amz-target`; nothing for operations that the lag does not change. */
export function operationOf(target: unknown): Operation | undefined {
  const name = String(target).replace(/^.*\./, '');
  return OPERATIONS.has(name) ? (name as Operation) : undefined;
}

export interface ItemKey {
  table: string;
  pk: Value;
  sk: Value;
}

export function nameOf({ table, pk, sk }: ItemKey): string {
  return JSON.stringify([table, pk.S, sk.S]);
}

export function keyOf(table: string, { pk, sk }: WireItem): ItemKey {
  return { table, pk: pk as Value, sk: sk as Value };
}

/** The keys that a request writes. */
export function writtenKeys(operation: Operation, body: Body): ItemKey[] {
  if (operation === 'TransactWriteItems') {
    return body.TransactItems.map((item: Body) => {
      const write = item.Put ?? item.Update ?? item.Delete ?? item.ConditionCheck;
      return keyOf(write.TableName, write.Key ?? write.Item);
    });
  }
  return [keyOf(body.TableName, body.Key ?? body.Item)];
}

/** Whether an item matches the key conditions of a query. */
export function isAskedFor(item: WireItem, query: Body): boolean {
  const clauses = String(query.KeyConditionExpression).split(' AND ');
  return clauses.every((clause) => holds(clause, item, query));
}

function holds(clause: string, item: WireItem, query: Body): boolean {
  const bound = (placeholder = ''): Value => query.ExpressionAttributeValues[placeholder];
  const attribute = (placeholder = ''): Value | undefined =>
    item[query.ExpressionAttributeNames?.[placeholder] ?? placeholder];
  const [, beginner, beginning] = /^begins_with\((#?\w+), (:\w+)\)$/.exec(clause) ?? [];
  if (beginner) return String(attribute(beginner)?.S).startsWith(String(bound(beginning).S));
  const [, name, comparison, value] = /^(#?\w+) (=|<=|>=|<|>) (:\w+)$/.exec(clause) ?? [];
  if (!name) throw new Error(`the lag does not know the key condition ${clause}`);
  const given = attribute(name);
  if (!given) return false;
  const order = compare(given, bound(value));
  const verdicts = { '=': order === 0, '<=': order <= 0, '>=': order >= 0, '<': order < 0, '>': order > 0 };
  return verdicts[comparison as keyof typeof verdicts];
}

/** Compares sort keys: texts by their bytes, numbers by their value. */
export function compare(one: Value, other: Value): number {
  if (one.N !== undefined) return Number(one.N) - Number(other.N);
  return Buffer.compare(Buffer.from(String(one.S)), Buffer.from(String(other.S)));
}
