/** The table of refusals: source, target and exact error text (contract §1.1). */

import { randomBytes } from 'node:crypto';

/** Unlike `unique`, it needs no server: other suites use these rows, too. */
export const TAG = `refusal-${randomBytes(5).toString('hex')}`;
export const FREE = `${TAG}-free`;
export const KV = `${TAG}-kv`;
export const OTHER = `${TAG}-other`;
export const NESTED = `${TAG}-nest/inner`;
export const NS = `${TAG}-ns`;
export const AUTH = `${TAG}-auth`;
export const OTHER_AUTH = `${TAG}-other-auth`;
export const NESTED_AUTH = `${TAG}-nest-auth/inner`;

const BOTH_MISSING = "both 'from' and 'to' path must be specified as a string";
const FROM_SPACE = "'from' path cannot contain trailing whitespace";
const TO_SPACE = "'to' path cannot contain trailing whitespace";
const UNPRINTABLE = 'invalid destination mount: path cannot contain non-printable characters';

export type Row = [name: string, from: string, to: string, text: string];

/** The rows of the contract, in its order. */
export const ROWS: Row[] = [
  ['an empty from', '', FREE, BOTH_MISSING],
  ['an empty to', KV, '', BOTH_MISSING],
  ['a from with a space on both sides [18] [24]', ' foo/ ', 'bar', FROM_SPACE],
  ['a from that begins with a space', ` ${KV}`, FREE, FROM_SPACE],
  ['a from that ends with a space', `${KV} `, FREE, FROM_SPACE],
  ['spaces in from, checked before spaces in to', ' foo', ' bar', FROM_SPACE],
  ['a to with a space on both sides [19] [23]', KV, ' bar/ ', TO_SPACE],
  ['a to that ends with a space', KV, `${FREE} `, TO_SPACE],
  ['a to that is the root', KV, '/', 'invalid destination mount path "/"'],
  ['a to that is a namespace with its slash', KV, `${NS}/`, `invalid destination mount path "${NS}/"`],
  [
    'a to with an empty segment, checked before the source [16]',
    'unknown',
    'foo//bar',
    "invalid destination mount: path 'foo//bar/' does not match cleaned path 'foo/bar/'",
  ],
  [
    'a to with a dot segment',
    KV,
    'foo/./bar',
    "invalid destination mount: path 'foo/./bar/' does not match cleaned path 'foo/bar/'",
  ],
  [
    'a to with a double dot',
    KV,
    'foo/../bar',
    "invalid destination mount: path 'foo/../bar/' does not match cleaned path 'bar/'",
  ],
  [
    'a to that is unclean inside a namespace',
    KV,
    `${NS}/foo//bar`,
    "invalid destination mount: path 'foo//bar/' does not match cleaned path 'foo/bar/'",
  ],
  ['a to with a line break [17]', 'unknown', 'foo\nbar', UNPRINTABLE],
  ['a to with a zero-width space', KV, `${FREE}\u200b`, UNPRINTABLE],
  ['a to with a no-break space', KV, `${FREE}\u00a0x`, UNPRINTABLE],
  ['a to with a delete character', KV, `${FREE}\u007f`, UNPRINTABLE],
  [
    'an unknown auth method that would become an engine [5]',
    'auth/unknown',
    'foo',
    'cannot remount auth mount to non-auth mount "foo/"',
  ],
  [
    'an auth method that would become an engine [42]',
    `auth/${AUTH}`,
    FREE,
    `cannot remount auth mount to non-auth mount "${FREE}/"`,
  ],
  [
    'an auth method that would become an engine in a namespace',
    `auth/${AUTH}`,
    `${NS}/x`,
    'cannot remount auth mount to non-auth mount "x/"',
  ],
  ['the token method as source [6] [43]', 'auth/token', 'auth/foo', 'cannot remount "auth/token/"'],
  ['a source inside the token method', 'auth/token/x', 'auth/foo', 'cannot remount "auth/token/x/"'],
  [
    'the token method as target, checked before the source [7] [44]',
    'auth/foo',
    'auth/token',
    'cannot remount to destination "auth/token/"',
  ],
  ['the system as source [15] [30]', 'sys', 'foo', 'cannot remount "sys/"'],
  ['the system with its slash', 'sys/', 'foo/', 'cannot remount "sys/"'],
  ['the audit table as source', 'audit/file', 'foo', 'cannot remount "audit/file/"'],
  ['the cubbyhole as source', 'cubbyhole', 'foo', 'cannot remount "cubbyhole/"'],
  ['the identity engine as source', 'identity', 'foo', 'cannot remount "identity/"'],
  ['the system of a namespace as source', `${NS}/sys`, 'foo', 'cannot remount "sys/"'],
  ['the system as target', KV, 'sys', 'cannot remount to destination sys/'],
  ['a target inside the system', KV, 'sys/foo', 'cannot remount to destination sys/foo/'],
  ['the audit table as target', KV, 'audit/file', 'cannot remount to destination audit/file/'],
  ['the cubbyhole as target', KV, 'cubbyhole', 'cannot remount to destination cubbyhole/'],
  ['the identity engine as target', KV, 'identity', 'cannot remount to destination identity/'],
  ['an engine that would become an auth method', KV, 'auth/x', 'cannot remount to destination auth/x/'],
  ['the system of a namespace as target', KV, `${NS}/sys/x`, 'cannot remount to destination sys/x/'],
  [
    'a secrets engine as source of an auth target [41]',
    'foo',
    'auth/bar',
    'cannot remount to destination auth/bar/',
  ],
  ['a protected source, checked before a protected target', 'sys', 'identity', 'cannot remount "sys/"'],
  [
    'a protected target, checked before a protected source if its prefix is listed first',
    'sys',
    'auth/x',
    'cannot remount to destination auth/x/',
  ],
  ['an unknown source [14]', 'unknown', 'foo', 'no matching mount at "unknown/"'],
  ['an unknown auth method [4]', 'auth/unknown', 'auth/foo', 'no matching mount at "auth/unknown/"'],
  ['an unknown source with its slashes', '/unknown/', 'foo', 'no matching mount at "unknown/"'],
  ['a source above the namespace', '../x', 'foo', 'no matching mount at "../x/"'],
  ['the whole auth table', 'auth', 'auth/foo', 'no matching mount at "auth/"'],
  ['a source in a namespace that does not exist', 'nope/kv', FREE, 'no matching mount at "nope/kv/"'],
  ['a path that only begins like a mount', `${KV}x`, FREE, `no matching mount at "${KV}x/"`],
  ['a target that is the path of a mount [11] [48]', KV, OTHER, `path already in use at "${OTHER}/"`],
  ['a target below an existing mount [12] [48]', KV, `${OTHER}/foo2`, `path already in use at "${OTHER}/"`],
  ['a target above an existing mount [13]', KV, `${TAG}-nest`, `path already in use at "${NESTED}/"`],
  ['the source as its own target', KV, KV, `path already in use at "${KV}/"`],
  ['a target inside the source', KV, `${KV}/x`, `path already in use at "${KV}/"`],
  ['a target above the source', NESTED, `${TAG}-nest`, `path already in use at "${NESTED}/"`],
  [
    'a target that is the path of a mount in a namespace',
    KV,
    `${NS}/kv`,
    `path already in use at "${NS}/kv/"`,
  ],
  [
    'a target that is the path of an auth method [8]',
    `auth/${AUTH}`,
    `auth/${OTHER_AUTH}`,
    `path already in use at "auth/${OTHER_AUTH}/"`,
  ],
  [
    'a target below an auth method [9]',
    `auth/${AUTH}`,
    `auth/${OTHER_AUTH}/mypass`,
    `path already in use at "auth/${OTHER_AUTH}/"`,
  ],
  [
    'a target above an auth method [10]',
    `auth/${AUTH}`,
    `auth/${TAG}-nest-auth/`,
    `path already in use at "auth/${NESTED_AUTH}/"`,
  ],
];

/** Rows where the reference accepts a move that can only fail, or gives another answer. */
export const IMPROVED_ROWS: Row[] = [
  ['a source inside a mount', `${KV}/foo`, FREE, `no matching mount at "${KV}/foo/"`],
  [
    'a source inside an auth method',
    `auth/${AUTH}/users`,
    'auth/x',
    `no matching mount at "auth/${AUTH}/users/"`,
  ],
  ['a source with a doubled slash', `${KV}//`, FREE, `no matching mount at "${KV}//"`],
  [
    'a target with two leading slashes',
    KV,
    '//foo',
    "invalid destination mount: path '/foo/' does not match cleaned path 'foo/'",
  ],
  [
    'a target of nothing but slashes',
    KV,
    '//',
    "invalid destination mount: path '/' does not match cleaned path ''",
  ],
];
