/** Changes the answer of a query to one from the middle of a transaction: with old versions of some items. */

import type { OldVersion } from './versions.ts';
import {
  type Body,
  compare,
  type ItemKey,
  isAskedFor,
  keyOf,
  nameOf,
  type Value,
  type WireItem,
} from './wire.ts';

/** The query to forward. It asks for more items, as many as may have to be left out of its answer. */
export function widened(query: Body, late: OldVersion[]): Body {
  return query.Limit === undefined ? query : { ...query, Limit: query.Limit + late.length };
}

/**
 * @param answer the store's answer to the widened query
 * @param late old versions of items of the table
 */
export function withOldVersions(query: Body, answer: Body, late: OldVersion[]): Body {
  const sort = sortKeyOf(query);
  const direction = query.ScanIndexForward === false ? -1 : 1;
  const order = (one: WireItem, other: WireItem) =>
    direction * compare(one[sort] as Value, other[sort] as Value);
  const replaced = new Set(late.map(({ key }) => nameOf(key)));
  const kept = (answer.Items as WireItem[]).filter(
    (item) => !replaced.has(nameOf(keyOf(query.TableName, item))),
  );
  const end = answer.LastEvaluatedKey as WireItem | undefined;
  const start = query.ExclusiveStartKey as WireItem | undefined;
  const old = late
    .flatMap(({ item }) => (item ? [item] : []))
    .filter((item) => item[sort] !== undefined && isAskedFor(item, query))
    .filter((item) => !start || order(start, item) < 0)
    .filter((item) => !end || order(item, end) <= 0)
    .map((item) => projected(item, query));
  const items = [...kept, ...old].sort(order);
  const Items = items.slice(0, query.Limit);
  const { LastEvaluatedKey: _, ...rest } = answer;
  const last = Items.length < items.length ? lastKeyOf(query, Items.at(-1) as WireItem) : end;
  return {
    ...rest,
    Items,
    Count: Items.length,
    ScannedCount: Items.length,
    ...(last && { LastEvaluatedKey: last }),
  };
}

function sortKeyOf({ IndexName }: Body): string {
  return { open: 'nextLook', list: 'created' }[IndexName as string] ?? 'sk';
}

function projected(item: WireItem, { ProjectionExpression, ExpressionAttributeNames }: Body): WireItem {
  if (!ProjectionExpression) return item;
  const names = String(ProjectionExpression)
    .split(', ')
    .map((name) => ExpressionAttributeNames?.[name] ?? name);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

/** To continue in an index, both the keys of the index and of the table are needed. */
function lastKeyOf(query: Body, item: WireItem): WireItem {
  const names = ['pk', 'sk', ...(query.IndexName ? [query.IndexName, sortKeyOf(query)] : [])];
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

/** The items of a BatchGetItem's answer, some of them old. */
export function batchWithOldVersions(
  asked: Body,
  answer: Body,
  lateOf: (key: ItemKey) => OldVersion | undefined,
): Body {
  const Responses: Record<string, WireItem[]> = {};
  const left = answer.UnprocessedKeys ?? {};
  for (const [table, { Keys }] of Object.entries<{ Keys: WireItem[] }>(asked.RequestItems)) {
    const open = new Set((left[table]?.Keys ?? []).map((key: WireItem) => nameOf(keyOf(table, key))));
    const keys = Keys.map((key) => keyOf(table, key)).filter((key) => !open.has(nameOf(key)));
    const late = keys.map(lateOf).filter((version) => version !== undefined);
    const replaced = new Set(late.map(({ key }) => nameOf(key)));
    const found: WireItem[] = answer.Responses?.[table] ?? [];
    const kept = found.filter((item) => !replaced.has(nameOf(keyOf(table, item))));
    Responses[table] = [...kept, ...late.flatMap(({ item }) => (item ? [item] : []))];
  }
  return { ...answer, Responses };
}
