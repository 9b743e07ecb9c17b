/** The token, namespace and name of the user. In memory only: reloading the page deletes it. */

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Session {
  token: string;
  /** Path with a trailing slash; empty for the root namespace. */
  namespace: string;
  displayName: string;
  /** Called when a request shows that the token is no longer valid. */
  onTokenRefused?: () => void;
  /** What lists showed when they were left, by their name. */
  kept: Map<string, { key: string; value: unknown }>;
}

export const SessionContext = createContext<Session | undefined>(undefined);

/** The session, in views that need one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('nobody has signed in');
  return session;
}
