/** Signs in: checks that a token is valid, and reads its display name. */

import { request } from './request.ts';
import type { Session } from './session.ts';

/**
 * @param typed the namespace as typed
 * @throws Refused
 */
export async function signIn(token: string, typed: string): Promise<Session> {
  const namespace = typed.trim().replace(/^\/+|\/+$/g, '');
  const session = { token: token.trim(), namespace: namespace && `${namespace}/` };
  const answer = await request(session, 'auth/token/lookup-self');
  const { data } = (await answer.json()) as { data: { display_name: string } };
  return { ...session, displayName: data.display_name, kept: new Map() };
}
