/** Pure rules of mount paths (contract §1.1, §2.5), and how the two tables of mounts show them. */

import { Meant } from '../http/shape.ts';
import { MAX_MOUNT_DEPTH, MAX_MOUNT_PATH_BYTES } from '../limits.ts';

/** The mounts every namespace is created with; none of them can be moved, replaced or nested in. */
const BUILTIN_PATHS = ['sys/', 'cubbyhole/', 'identity/', 'auth/token/'];

/** First segments that no secrets engine may use, in the order in which a remount checks them (contract §1.1 #10). */
export const PROTECTED_SEGMENTS = ['audit/', 'auth/', 'sys/', 'cubbyhole/', 'identity/'];

const AUTH = 'auth/';

/** The characters that Go's unicode.IsPrint accepts: letters, marks, numbers, punctuation, symbols, the ASCII space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;

/** Whether all characters are printable, and none is half of a surrogate pair. */
export function isPrintable(text: string): boolean {
  return PRINTABLE.test(text) && text.isWellFormed();
}

/** Removes one leading slash, and adds the trailing slash unless the path is empty. */
export function mountPath(typed: string): string {
  return withSlash(typed.replace(/^\//, ''));
}

/** Adds the trailing slash unless the path is empty. */
export function withSlash(path: string): string {
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}

/** The path of a mount as people write it: without the slashes that `mountPath` removes and adds. */
export function barePath(typed: string): string {
  return mountPath(typed).replace(/(?<=.)\/$/, '');
}

/** The reverse of `barePath`. */
export function slashed(bare: string): string {
  return bare === '' ? '' : `${bare}/`;
}

/** A field with the path of a mount. */
export const MOUNT_PATH = new Meant('string', { spellings: pathSpellings });

/** All ways to write the path of a mount. */
function pathSpellings(typed: string): string[] {
  const bare = barePath(typed);
  return [bare, `${bare}/`, `/${bare}`, `/${bare}/`];
}

/** The path without empty, `.` and `..` segments, with its trailing slash; empty if no segment is left. */
export function cleanPath(path: string): string {
  const clean: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') clean.pop();
    else if (segment !== '' && segment !== '.') clean.push(segment);
  }
  return slashed(clean.join('/'));
}

/** Whether two paths of mounts are the same, or one is above the other. Such mounts cannot exist beside each other (R1). */
export function overlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** @returns the path of the built-in mount that a path is in, if there is one */
export function builtinPath(path: string): string | undefined {
  const withSlash = path.endsWith('/') ? path : `${path}/`;
  return BUILTIN_PATHS.find((builtin) => withSlash.startsWith(builtin));
}

/** @returns the protected first segment of a path, if it has one */
export function protectedSegment(path: string): string | undefined {
  return PROTECTED_SEGMENTS.find((segment) => path.startsWith(segment));
}

/** @returns why a path is too long or too deep for a mount, or nothing */
export function oversize(path: string): string | undefined {
  if (Buffer.byteLength(path) > MAX_MOUNT_PATH_BYTES)
    return `path is longer than ${MAX_MOUNT_PATH_BYTES} bytes`;
  const depth = path.split('/').length - 1;
  return depth > MAX_MOUNT_DEPTH ? `path has more than ${MAX_MOUNT_DEPTH} segments` : undefined;
}

/** The forks above a path, outermost first: `a/b/c/` has `a/` and `a/b/`. `auth/` is never a fork. */
export function ancestors(path: string): string[] {
  const segments = path.split('/').slice(0, -2);
  return segments.map((_, i) => `${segments.slice(0, i + 1).join('/')}/`).filter((fork) => fork !== AUTH);
}

/** `sys/mounts` lists the table `mount`, `sys/auth` the table `auth`. In the tree both are one. */
export type MountTable = 'mount' | 'auth';

export function isAuthPath(path: string): boolean {
  return path.startsWith(AUTH);
}

/** The table that lists the mount at this path of the tree. */
export function tableOf(path: string): MountTable {
  return isAuthPath(path) ? 'auth' : 'mount';
}

/** The path of a mount as its table shows it: without `auth/`. */
export function tablePath(path: string): string {
  return isAuthPath(path) ? path.slice(AUTH.length) : path;
}

/** The reverse of `tablePath`. */
export function treePath(path: string, table: MountTable): string {
  return table === 'auth' ? AUTH + path : path;
}
