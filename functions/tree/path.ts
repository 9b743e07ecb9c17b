/** Pure rules of mount paths (contract §1.1, §2.5). */

import { MAX_MOUNT_DEPTH, MAX_MOUNT_PATH_BYTES } from '../limits.ts';

/** Paths of the mounts every namespace is born with; none of them can be moved, replaced or nested in. */
const BUILTIN_PATHS = ['sys/', 'cubbyhole/', 'identity/', 'auth/token/'];

/** First segments that no secrets engine may use, in the order in which a remount asks for them (contract §1.1 #10). */
export const PROTECTED_SEGMENTS = ['audit/', 'auth/', 'sys/', 'cubbyhole/', 'identity/'];

/** What Go's unicode.IsPrint lets through: letters, marks, numbers, punctuation, symbols and the ASCII space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;

export function isPrintable(text: string): boolean {
  return PRINTABLE.test(text) && text.isWellFormed();
}

/** One leading slash less, and exactly one trailing slash if there is anything. */
export function mountPath(typed: string): string {
  const path = typed.replace(/^\//, '');
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}

/** The path without empty, `.` and `..` segments, with its trailing slash. */
export function cleanPath(path: string): string {
  const clean: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') clean.pop();
    else if (segment !== '' && segment !== '.') clean.push(segment);
  }
  return `${clean.join('/')}/`;
}

/** The built-in mount a path belongs to. */
export function builtinPath(path: string): string | undefined {
  const withSlash = path.endsWith('/') ? path : `${path}/`;
  return BUILTIN_PATHS.find((builtin) => withSlash.startsWith(builtin));
}

export function protectedSegment(path: string): string | undefined {
  return PROTECTED_SEGMENTS.find((segment) => path.startsWith(segment));
}

/** @returns why a path cannot be a mount's for its size, or nothing */
export function oversize(path: string): string | undefined {
  if (Buffer.byteLength(path) > MAX_MOUNT_PATH_BYTES)
    return `path is longer than ${MAX_MOUNT_PATH_BYTES} bytes`;
  const depth = path.split('/').length - 1;
  return depth > MAX_MOUNT_DEPTH ? `path has more than ${MAX_MOUNT_DEPTH} segments` : undefined;
}

/** Every proper ancestor of a path that the tree counts, outermost first: `a/b/c/` has `a/` and `a/b/`. */
export function ancestors(path: string): string[] {
  const segments = path.split('/').slice(0, -2);
  return segments.map((_, i) => `${segments.slice(0, i + 1).join('/')}/`).filter((fork) => fork !== 'auth/');
}
