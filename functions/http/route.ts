/** The route table: one row an endpoint, with the operations it has and the fields they take. */

import type { Caller } from '../credentials/caller.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import type { Mount } from '../tree/mount.ts';
import type { MountTypes } from '../tree/mountType.ts';
import type { Namespace } from '../tree/namespace.ts';
import type { Fields, Schema } from './fields.ts';
import type { Operation } from './message.ts';
import type { Shape, Wire } from './shape.ts';

/** A request that has passed the door: located, authenticated, authorised, its fields read. */
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
  /** Who asks; on routes that need no token, nobody. */
  caller?: Caller;
  /** Whether the caller has `sudo` on the path of the request; root has it everywhere. */
  sudo: boolean;
  /** The types of mounts that can be enabled. */
  types: MountTypes;
  /** What was read ahead (`Api.ahead`), since the request began. */
  ahead?: Item;
  /** The mount that owns the path; undefined below the built-in mounts. */
  mount?: Mount;
  /** Seconds for which the answer shall be wrapped; 0 for an open answer. */
  wrapTtl: number;
  sourceIp: string;
  query: Record<string, string[]>;
  headers: Record<string, string>;
}

/** What a handler answers; nothing at all is 204 to a write and 404 to a read (contract §2.2). */
export interface Reply<Data = Record<string, unknown>> {
  status?: number;
  data?: Data | null;
  auth?: Record<string, unknown>;
  leaseId?: string;
  renewable?: boolean;
  /** Seconds. */
  leaseDuration?: number;
  /** Of a wrapped answer, which has nothing else. */
  wrapInfo?: Record<string, unknown>;
  warnings?: string[];
  /** A body without the envelope. */
  plain?: unknown;
  /** A body that is no JSON object, and its media type. */
  text?: { type: string; body: string };
  headers?: Record<string, string>;
}

export type Handler<S extends Schema = Schema, Data = Record<string, unknown>> = (
  call: Call<S>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that has nothing to say need not say so
) => Promise<Reply<Data> | Missing | undefined | void>;

/** What is not there may be told in other words than the row's. */
export type Missing = Reply & { status: 404 };

/**
 * What the operations of a row answer: the data, or the whole body where there is no envelope; null where there is
 * never more than warnings or a token. The OpenAPI document shows it, and the compiler checks that the data of a handler
 * has its shape; an operation that is left out is neither shown nor checked, and one with null is not checked.
 */
export type Answers = Partial<
  Record<Exclude<Operation, 'create' | 'update' | 'help'> | 'write', Shape | null>
>;

/** The data of an operation, as far as its row tells it. */
type DataOf<A extends Answers, Name extends keyof Answers> = Shape extends A[Name]
  ? Record<string, unknown>
  : A[Name] extends Shape
    ? Wire<A[Name]>
    : Record<string, unknown>;

export interface RouteSpec<S extends Schema, A extends Answers = Answers> {
  /** Segments; `:name` captures one, `:name*` the rest, slashes included and possibly empty. */
  path: string;
  /** Whether the route needs the `sudo` capability besides that of the operation. */
  sudo?: boolean;
  /** Whether the route asks for no token; `optional`: one that is sent must be good, and is the handler's to ask. */
  open?: boolean | 'optional';
  /** Whether every field sent is the caller's own data, and none unknown. */
  freeForm?: boolean;
  /** Whether its answers have no envelope. */
  plain?: boolean;
  /** The media types of its answers that are no JSON object. */
  texts?: readonly string[];
  fields?: S;
  /** The fields that reads and lists take, where the others are for writes. */
  query?: readonly (keyof S & string)[];
  answers?: A;
  read?: Handler<S, DataOf<A, 'read'>>;
  list?: Handler<S, DataOf<A, 'list'>>;
  /** Lists everything below a directory, however deep. */
  scan?: Handler<S, DataOf<A, 'scan'>>;
  /** Serves `create` and `update`. */
  write?: Handler<S, DataOf<A, 'write'>>;
  patch?: Handler<S, DataOf<A, 'patch'>>;
  delete?: Handler<S, DataOf<A, 'delete'>>;
  /** Looks at what is asked before the token is judged, and throws to refuse; the fields are not read yet. */
  before?: (call: Call) => Promise<void>;
  /** Whether the handler uses up the token that asks, in the transaction that does what is asked. */
  usesUp?: (call: Call) => boolean;
  /** Tells `create` from `update` for the policy check, where that makes a difference (contract §2.2). */
  exists?: (call: Call<S>) => Promise<boolean>;
}

export interface Route extends RouteSpec<Schema> {
  pattern: RegExp;
}

/** Makes a row of the route table. */
export function route<S extends Schema, const A extends Answers>(spec: RouteSpec<S, A>): Route {
  return { ...(spec as unknown as RouteSpec<Schema>), pattern: patternOf(spec.path) };
}

export interface Match {
  route: Route;
  params: Record<string, string>;
}

/**
 * Policies are judged by the path as it was sent, so a name with a slash behind it is not that name: an exact rule
 * for `roles/adm` would be passed by at `roles/adm/`. Only a list ends in a slash by its nature.
 * @returns the first row whose pattern fits the path
 */
export function matchRoute(routes: readonly Route[], path: string, operation: Operation): Match | undefined {
  if (operation !== 'list' && operation !== 'scan' && path.endsWith('/')) return matchSlash(routes, path);
  for (const candidate of routes) {
    const found = candidate.pattern.exec(path);
    if (found) return { route: candidate, params: { ...found.groups } };
  }
  return undefined;
}

/** What does end in a slash: a collection by its fixed name, and paths that an engine reads as they are. */
function matchSlash(routes: readonly Route[], path: string): Match | undefined {
  const found = matchRoute(routes, path, 'list');
  const last = found?.route.path.split('/').at(-1) ?? '';
  return last.startsWith(':') && !last.endsWith('*') ? undefined : found;
}

/** The handler of an operation, if the route has it. */
export function handlerOf(found: Route, operation: Exclude<Operation, 'help'>): Handler | undefined {
  return operation === 'create' || operation === 'update' ? found.write : found[operation];
}

function patternOf(path: string): RegExp {
  const source = path
    .split('/')
    .map((segment) => {
      if (!segment.startsWith(':')) return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return segment.endsWith('*') ? `(?<${segment.slice(1, -1)}>.*)` : `(?<${segment.slice(1)}>[^/]+)`;
    })
    .join('/')
    .replace(/\/(\(\?<\w+>\.\*\))$/, '(?:/$1)?');
  return new RegExp(`^${source}/?$`, 'su');
}
