/** What a function behind the API serves, and what one request carries through the gateway. */

import type { Token } from '../credentials/token.ts';
import type { Engine } from '../engines/engine.ts';
import type { HttpRequest } from '../http/message.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import type { ParsedRequest } from './readRequest.ts';

export interface Api {
  /** Routes of the built-in mounts, relative to a namespace. */
  builtin: readonly Route[];
  engines: Readonly<Record<string, Engine>>;
  /** Whether the function may only read; then it does not count uses of a token either. */
  readOnly?: boolean;
  /**
   * Optional prefetch in parallel with the token read; handlers get the item as `call.prefetched`. It runs before the
   * token is checked, so nothing of it may be answered without the handler.
   */
  prefetch?: (deps: Deps, path: string) => Promise<Item | undefined>;
  /**
   * Has a request answered, and wraps the answer. A function without it refuses to wrap: wrapping needs the right to
   * create tokens.
   */
  wrap?: (call: Call, answer: () => Promise<Reply | undefined>) => Promise<Reply | undefined>;
}

/** One request on its way through the gateway. It is performed again if its mount moves meanwhile. */
export interface Visit {
  http: HttpRequest;
  request: ParsedRequest;
  api: Api;
  deps: Deps;
  audit: Audit;
  /** Read once, however often the request is performed. */
  token?: Promise<Token | undefined>;
  /** Whether the use of the token is counted, which happens once. */
  isUseCounted?: boolean;
}

/** The audit line of a request: who, what and where, never values (architecture §8). */
export interface Audit {
  request_id: string;
  gateway_request_id: string;
  remote_address: string;
  operation?: string;
  namespace?: string;
  mount_accessor?: string;
  /** The migration that has left the alias at which the mount was asked for. */
  alias?: string;
  route?: string;
  accessor?: string;
  display_name?: string;
}
