/** The mounts that a token can reach, as suggestions. */

import { data } from './request.ts';
import type { Session } from './session.ts';

type Mounts = Record<string, { type: string }>;

/** Mounts that every namespace has, and that cannot be moved. */
const FIXED = [
  'cubbyhole',
  'identity',
  'ns_cubbyhole',
  'ns_identity',
  'ns_system',
  'ns_token',
  'system',
  'token',
];

/** @returns paths in the namespace; paths of auth methods start with `auth/` */
export async function movableMounts(session: Session): Promise<string[]> {
  const { secret, auth } = await data<{ secret: Mounts; auth: Mounts }>(session, 'sys/internal/ui/mounts');
  const movable = (mounts: Mounts) =>
    Object.keys(mounts).filter((path) => !FIXED.includes(mounts[path]?.type ?? ''));
  return [...movable(secret), ...movable(auth).map((path) => `auth/${path}`)].sort();
}
