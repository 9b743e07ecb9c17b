/** The two tables of mounts that clients see; in the tree both are one, auth methods below `auth/`. */

import { isAuthPath } from './mount.ts';

/** What is listed by `sys/mounts`, and what by `sys/auth`. */
export type Table = 'mount' | 'auth';

const AUTH = 'auth/';

/** @param path relative to the table */
export function treePath(path: string, table: Table): string {
  return table === 'auth' ? AUTH + path : path;
}

export function tableOf(path: string): Table {
  return isAuthPath(path) ? 'auth' : 'mount';
}

/** The path of a mount as its table shows it: without `auth/`. */
export function tablePath(path: string): string {
  return isAuthPath(path) ? path.slice(AUTH.length) : path;
}
