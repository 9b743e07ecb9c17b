/** The time of a clock that a view shows going on. */

import { useEffect, useState } from 'preact/hooks';

const TICK_MS = 500;

/** @returns epoch milliseconds; they stand still while nothing runs */
export function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
