/** A value once it has stopped changing, so that not every key that is pressed asks the service. */

import { useEffect, useState } from 'preact/hooks';

const REST_MS = 200;

export function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
