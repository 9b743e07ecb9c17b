/** An action of the user: whether it runs, and why it was refused. */

import { useCallback, useContext, useLayoutEffect, useState } from 'preact/hooks';
import { Refused } from '../service/refused.ts';
import { SessionContext } from '../service/session.ts';

export interface Task {
  busy: boolean;
  refused: Refused | undefined;
  /** Runs the work, unless earlier work still runs. */
  run(work: () => Promise<void>): Promise<void>;
  forget(): void;
}

export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused>();
  const token = useContext(SessionContext)?.token;
  // What one token was refused, another may be granted. It is forgotten before the page is drawn with the new token.
  useLayoutEffect(() => setRefused(undefined), [token]);
  const run = async (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setRefused(undefined);
    try {
      await work();
    } catch (error) {
      setRefused(error instanceof Refused ? error : new Refused(0, [String(error)]));
    } finally {
      setBusy(false);
    }
  };
  return { busy, refused, run, forget: useCallback(() => setRefused(undefined), []) };
}
