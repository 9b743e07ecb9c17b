/** A value after it has stopped changing, so that not every key press sends a request. */

import { useEffect, useState } from 'preact/hooks';

const REST_MS = 200;

export function useDebounced<Value>(value: Value): Value {
  const [debounced, setDebounced] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return debounced;
}
