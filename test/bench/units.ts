/** DynamoDB's request units: by the size of an item, and the sum that its answers report as consumed. Pure. */

/** Request units, as they are billed on demand. */
export interface Units {
  read: number;
  write: number;
}

/** The consumed capacity of one table with its indexes, from an answer of DynamoDB. */
export interface Consumed {
  CapacityUnits?: number;
}

/** Bytes of an item as DynamoDB counts them: names and values, and a few bytes for each list and map. */
export function itemBytes(item: Record<string, unknown>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return utf8(value);
  if (typeof value === 'number') return Math.ceil(String(value).replace(/[-.]/g, '').length / 2) + 1;
  if (Array.isArray(value)) return 3 + value.reduce((sum: number, one) => sum + 1 + valueBytes(one), 0);
  if (typeof value !== 'object' || value === null) return 1;
  return 3 + Object.keys(value).length + itemBytes(value as Record<string, unknown>);
}

function utf8(text: string): number {
  return Buffer.byteLength(text);
}

/** Units of one write: one per kilobyte, twice that in a transaction. */
export function writeUnits(bytes: number, { transactional = false } = {}): number {
  return Math.max(1, Math.ceil(bytes / 1_024)) * (transactional ? 2 : 1);
}

/** Units of one strongly consistent read: one per four kilobytes. */
export function readUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 4_096));
}

/** The units that one call consumed. `ConsumedCapacity` of its answer is of one table or a list of tables. */
export function unitsOf(operation: string, consumed: Consumed | Consumed[] | undefined): Units {
  const tables = Array.isArray(consumed) ? consumed : consumed ? [consumed] : [];
  const units = tables.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  return isRead(operation) ? { read: units, write: 0 } : { read: 0, write: units };
}

export function addUnits(a: Units, b: Units): Units {
  return { read: a.read + b.read, write: a.write + b.write };
}

function isRead(operation: string): boolean {
  return ['GetItem', 'BatchGetItem', 'Query', 'TransactGetItems'].includes(operation);
}
