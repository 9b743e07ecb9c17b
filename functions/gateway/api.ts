/** What a function behind the API serves, and the line it leaves of each request. */

import type { Engine } from '../engines/engine.ts';
import type { Call, Reply, Route } from '../http/route.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';

export interface Api {
  /** Routes of the built-in mounts, relative to a namespace. */
  builtin: readonly Route[];
  engines: Readonly<Record<string, Engine>>;
  /** A function that only reads does not count uses of a token either. */
  readOnly?: boolean;
  /** Reads what a path names, whoever asks: it costs no time beside the token, and comes to the handler in its call. */
  ahead?: (deps: Deps, path: string) => Promise<Item | undefined>;
  /** Wraps an answer. Without it none can be wrapped: that takes the right to make tokens. */
  wrap?: (call: Call, reply: Reply) => Promise<Reply>;
}

/** Who, what and where; values never (architecture §8). */
export interface Audit {
  request_id: string;
  gateway_request_id: string;
  remote_address: string;
  operation?: string;
  namespace?: string;
  mount_accessor?: string;
  route?: string;
  accessor?: string;
  display_name?: string;
}
