/** The paths of requests that name a mount: those of the mount itself, and those of the system about it. Pure. */

import { isAuthPath, tablePath } from '../tree/path.ts';

/** A place that a mount has or is to have: its path in a namespace, with a trailing slash. */
export interface MountPlace {
  namespace: { path: string };
  path: string;
}

/** What precedes the path of a mount in requests of the system. */
const BEFORE_PATH = [
  'sys/mounts/',
  'sys/internal/ui/mounts/',
  ...['lookup', 'renew', 'revoke', 'revoke-prefix', 'revoke-force'].map((verb) => `sys/leases/${verb}/`),
  ...['renew', 'revoke', 'revoke-prefix', 'revoke-force'].map((verb) => `sys/${verb}/`),
];

/** The absolute path of the mount, split at `/`; its requests have it, and more behind it. */
export function ownPath({ namespace, path }: MountPlace): string[] {
  return split(namespace.path + path);
}

/** The absolute paths of the system that name the mount, split at `/`, in the same order for all places of a mount. */
export function systemPaths({ namespace, path }: MountPlace): string[][] {
  const inTable = isAuthPath(path) ? [`sys/auth/${tablePath(path)}`] : [];
  const paths = [...BEFORE_PATH.map((before) => before + path), ...inTable];
  return paths.map((inNamespace) => split(namespace.path + inNamespace));
}

/** Without the empty part after the last slash. */
function split(path: string): string[] {
  return path.split('/').slice(0, -1);
}
