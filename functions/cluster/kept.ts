/** Reads something once, also when it is asked for again while it is being read. */

export function kept<Key, Value>(
  known: Map<Key, Promise<Value>>,
  key: Key,
  read: () => Promise<Value>,
): Promise<Value> {
  const before = known.get(key);
  if (before) return before;
  const reading = read();
  known.set(key, reading);
  return reading;
}
