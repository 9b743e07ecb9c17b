/** The route table: one row per endpoint, with its operations and their fields. */

import type { Caller } from '../credentials/caller.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import type { Alias } from '../tree/alias.ts';
import type { Mount } from '../tree/mount.ts';
import type { MountTypes } from '../tree/mountType.ts';
import type { Namespace } from '../tree/namespace.ts';
import type { Fields, Schema } from './fields.ts';
import type { HttpRequest, Operation } from './message.ts';
import { type Shape, typeOf, type Wire } from './shape.ts';

/** A request as handlers get it: located, authenticated, authorised, its fields read. */
export interface Call<S extends Schema = Schema> {
  deps: Deps;
  id: string;
  operation: Operation;
  namespace: Namespace;
  /** Relative to the namespace. */
  path: string;
  /** Captured from the path by the route's pattern. */
  params: Record<string, string>;
  fields: Fields<S>;
  /** All fields as they were sent. */
  raw: Record<string, unknown>;
  /** Who makes the request; absent on routes that need no token. */
  caller?: Caller;
  /** Whether the caller has `sudo` on the path of the request; a root token has it everywhere. */
  sudo: boolean;
  /** The types of mounts that can be enabled. */
  types: MountTypes;
  /** The item that the function's `prefetch` has read for this request, if it did. */
  prefetched?: Item;
  /** The mount that owns the path; absent below the built-in mounts. */
  mount?: Mount;
  /** The alias that the path is at, and that has led to the mount; absent at the mount itself. */
  alias?: Alias;
  /** Seconds for which the answer is to be wrapped; 0 for an open answer. */
  wrapTtl: number;
  sourceIp: string;
  prefix: HttpRequest['prefix'];
  query: Record<string, string[]>;
  headers: Record<string, string>;
}

/** What a handler answers. No reply at all is 204 for a write and 404 for a read (contract §2.2). */
export interface Reply<Data = Record<string, unknown>> {
  status?: number;
  data?: Data | null;
  auth?: Record<string, unknown>;
  leaseId?: string;
  renewable?: boolean;
  /** Seconds. */
  leaseDuration?: number;
  /** The only part of a wrapped answer. */
  wrapInfo?: Record<string, unknown>;
  warnings?: string[];
  /** A body without the envelope. */
  plain?: unknown;
  /** A body that is not a JSON object, and its media type. */
  text?: { type: string; body: string };
  headers?: Record<string, string>;
}

export type Handler<S extends Schema = Schema, Data = Record<string, unknown>> = (
  call: Call<S>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler without an answer need not return one
) => Promise<Reply<Data> | Missing | undefined | void>;

/** A 404 whose body differs from what the row describes. */
export type Missing = Reply & { status: 404 };

/**
 * What the operations of a row answer: the data, or the whole body where there is no envelope; null where there is
 * never more than warnings or a token. The OpenAPI document shows it, and the compiler checks a handler against it. An
 * operation without an entry is neither shown nor checked; one with null is shown and not checked.
 */
export type Answers = Partial<
  Record<Exclude<Operation, 'create' | 'update' | 'help' | 'head'> | 'write', Shape | null>
>;

/** The data of an operation, as far as its row describes it. */
type DataOf<A extends Answers, Name extends keyof Answers> = Shape extends A[Name]
  ? Record<string, unknown>
  : A[Name] extends Shape
    ? Wire<A[Name]>
    : Record<string, unknown>;

/**
 * How a route reads a name that its pattern captured, which clients may spell in several ways. It never throws: what
 * cannot be a name stays as it is.
 */
export type NameReading = (sent: string, call: Call) => string | Promise<string>;

/** Fields and their values in other words. It never throws: the fields are not read yet. */
export type Synonyms = (call: Pick<Call, 'raw' | 'types'>) => [name: string, value: unknown][];

/** The synonyms of fields that have an older and a newer name. */
export function oldAndNew(
  names: Readonly<Record<string, string>>,
): (call: Pick<Call, 'raw'>) => ReturnType<Synonyms> {
  return ({ raw }) =>
    Object.entries(names)
      .flatMap(([old, name]): [string, unknown][] => [
        [name, raw[old]],
        [old, raw[name]],
      ])
      .filter(([, value]) => value !== undefined);
}

export interface RouteSpec<S extends Schema, A extends Answers = Answers> {
  /**
   * Segments. `:name` captures one segment, `:name+` the rest with its slashes, and `:name*` the same, which may also be
   * empty or missing.
   */
  path: string;
  /** Names in the path that have several spellings. Handlers get them as read; policies judge both (contract §5.3). */
  names?: Record<string, NameReading>;
  /** What the fields of a request say as well in other fields, such as the newer names of old ones (contract §5.3). */
  synonyms?: Synonyms;
  /** Whether the route needs the `sudo` capability in addition to that of the operation. */
  sudo?: boolean;
  /**
   * Whether the route needs no token. With `optional`, a token that is sent must be valid; the handler checks its
   * policies.
   */
  open?: boolean | 'optional';
  /** Whether all fields are the caller's own data, so that none is unknown. */
  freeForm?: boolean;
  /**
   * What a write does with fields that are not in the row, and with parameters of the query, which it does not read. By
   * default it names the fields in a warning, as Vault does.
   */
  strange?: 'refused' | 'refused if misspelt';
  /** Whether the answers have no envelope. */
  plain?: boolean;
  /** The media types of answers that are not JSON objects. */
  texts?: readonly string[];
  fields?: S;
  /** The fields that reads and lists take, where the other fields are for writes only. */
  query?: readonly (keyof S & string)[];
  answers?: A;
  read?: Handler<S, DataOf<A, 'read'>>;
  /** Serves the verb HEAD, for which no policy has a capability. */
  head?: Handler<S>;
  list?: Handler<S, DataOf<A, 'list'>>;
  /** Lists everything below a directory, at all depths. */
  scan?: Handler<S, DataOf<A, 'scan'>>;
  /** Serves `create` and `update`. */
  write?: Handler<S, DataOf<A, 'write'>>;
  patch?: Handler<S, DataOf<A, 'patch'>>;
  delete?: Handler<S, DataOf<A, 'delete'>>;
  /** Runs before the fields are read, and throws for a path that has no route because of a name in it. */
  checkPath?: (call: Pick<Call, 'params'>) => unknown;
  /** Runs before the token is checked, and throws to refuse the request. `fields` are not read yet. */
  before?: (call: Call) => Promise<void>;
  /** Whether the handler counts the use of the token itself, in its own transaction. */
  usesUp?: (call: Call) => boolean;
  /** Whether a write is an `update` and not a `create`, for the policy check (contract §2.2). */
  exists?: (call: Call<S>) => Promise<boolean>;
}

export interface Route extends RouteSpec<Schema> {
  pattern: RegExp;
}

/** Makes a row of the route table. */
export function route<S extends Schema, const A extends Answers>(spec: RouteSpec<S, A>): Route {
  const row = spec as unknown as RouteSpec<Schema>;
  return { ...row, pattern: patternOf(row) };
}

export interface RouteMatch {
  route: Route;
  params: Record<string, string>;
}

/**
 * Finds the first row whose pattern matches the path. A name followed by a slash is a different name: only collections
 * and the rest of a path may end in a slash. A list always does.
 */
export function matchRoute(routes: readonly Route[], path: string): RouteMatch | undefined {
  for (const candidate of routes) {
    const found = candidate.pattern.exec(path);
    if (found) return { route: candidate, params: { ...found.groups } };
  }
  return undefined;
}

/** The handler of an operation, if the route has it. */
export function handlerOf(found: Route, operation: Exclude<Operation, 'help'>): Handler | undefined {
  return operation === 'create' || operation === 'update' ? found.write : found[operation];
}

const HELP_OPERATIONS = ['read', 'list', 'scan', 'write', 'patch', 'delete'] as const;

/** The answer to a request for help: path, operations and fields of the route (contract §2.2). */
export function helpOf(found: Route): Reply {
  const operations = HELP_OPERATIONS.filter((operation) => found[operation]);
  const fields = Object.entries(found.fields ?? {}).map(([name, field]) => `    ${name} (${typeOf(field)})`);
  const lines = [
    `Path:        ${found.path}`,
    `Operations:  ${operations.join(', ')}`,
    ...(found.sudo ? ['Needs sudo.'] : []),
    ...(found.freeForm ? ['Takes any fields.'] : []),
    ...(fields.length > 0 ? ['Fields:', ...fields] : []),
  ];
  return { plain: { help: `${lines.join('\n')}\n`, see_also: null } };
}

/** The path that a row's pattern matches with these names; without the slash that a collection may end in. */
export function pathOf({ path }: Pick<RouteSpec<Schema>, 'path'>, params: Call['params']): string {
  const segments = path.split('/').map((segment) => {
    const [, name] = /^:(\w+)[*+]?$/.exec(segment) ?? [];
    return name === undefined ? segment : params[name];
  });
  return segments.filter((segment) => segment !== undefined).join('/');
}

/** A row that lists is a collection. */
function patternOf({ path, list, scan }: Pick<RouteSpec<Schema>, 'path' | 'list' | 'scan'>): RegExp {
  const source = path
    .split('/')
    .map((segment) => {
      const [, name, rest] = /^:(\w+)([*+]?)$/.exec(segment) ?? [];
      if (name === undefined) return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return `(?<${name}>${rest ? `.${rest}` : '[^/]+'})`;
    })
    .join('/')
    .replace(/\/(\(\?<\w+>\.\*\))$/, '(?:/$1)?');
  return new RegExp(`^${source}${list || scan ? '/?' : ''}$`, 'su');
}
