/** What a list showed when it was left, so that it is there at once when a person comes back to it. */

import { useState } from 'preact/hooks';
import { useSession } from '../service/session.ts';

/**
 * @param list one is kept for each name
 * @param key of what the list shows; the list of another key is not brought back
 */
export function useKept<Value>(
  list: string,
  key: string,
): [value: Value | undefined, keep: (value: Value) => void] {
  const { kept } = useSession();
  const before = kept.get(list);
  const [value, setValue] = useState(before?.key === key ? (before.value as Value) : undefined);
  const keep = (next: Value) => {
    kept.set(list, { key, value: next });
    setValue(next);
  };
  return [value, keep];
}
