/** Requests for aliases, the old paths that still answer (docs/aliases.md). */

import type { AliasDetails, AliasInfo } from '../../functions/remount/answers.ts';
import { data, listed, request } from './request.ts';
import type { Session } from './session.ts';

const ALIASES = 'sys/remount/aliases';

/** Where an alias is: a path with its namespace, as answers have it, and that namespace. One from outside has its id there. */
export interface AliasPlace {
  path: string;
  namespace: string;
}

/** Those of the namespace of the session, and those that lead into it. */
export function listAliases(session: Session, signal: AbortSignal): Promise<[name: string, AliasInfo][]> {
  return listed(session, ALIASES, {}, signal);
}

export function readAlias(session: Session, place: AliasPlace, signal: AbortSignal): Promise<AliasDetails> {
  return data(within(session, place), requestPath(place), { signal });
}

/**
 * @param ttl how long it is to answer from now on
 * @returns the alias as it is afterwards
 */
export function renewAlias(session: Session, place: AliasPlace, ttl: string): Promise<AliasDetails> {
  return data(within(session, place), requestPath(place), { method: 'POST', body: { ttl } });
}

export async function endAlias(session: Session, place: AliasPlace): Promise<void> {
  await request(within(session, place), requestPath(place), { method: 'DELETE' });
}

/** Aliases are named in their own namespace, which may be below that of the session. */
function within(session: Session, { namespace }: AliasPlace): Session {
  return { ...session, namespace };
}

function requestPath({ path, namespace }: AliasPlace): string {
  const inside = path.slice(namespace.length).replace(/\/$/, '');
  return `${ALIASES}/${inside.split('/').map(encodeURIComponent).join('/')}`;
}
