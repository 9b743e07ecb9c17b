/** Who uses the page. It lives in memory alone: reloading the page forgets it. */

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Session {
  token: string;
  /** Path with a trailing slash; empty for the root namespace. */
  namespace: string;
  displayName: string;
}

export const SessionContext = createContext<Session | undefined>(undefined);

/** For what is shown only to whoever has signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('nobody has signed in');
  return session;
}
