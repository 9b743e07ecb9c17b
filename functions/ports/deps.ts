/** What the domain needs from outside. Only `functions/deps.ts` knows the implementations. */

import type { Cluster } from './cluster.ts';
import type { Scheduler } from './scheduler.ts';
import type { Store } from './store.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface Ids {
  uuid(): string;
  /** Random letters and digits, about 5.95 bits each. */
  base62(length: number): string;
  /** Random lower-case hexadecimal digits. */
  hex(length: number): string;
}

/** The state machines, named as their files. */
export type Machine = 'remount' | 'cluster' | 'bulk' | 'teardown';

export interface Workflows {
  /**
   * Starts an execution of a state machine. Starting the same name again has no effect.
   * @param name unique per state machine for 90 days
   */
  start(machine: Machine, name: string, input: { id: string }): Promise<void>;
}

/** Structured log lines; they never contain a secret (R9). */
export interface Log {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

export interface ServiceSettings {
  /** The longest life of a request in milliseconds: the time limit of the functions behind the API. */
  requestLifeMs: number;
  /** The minimum length of an id that a client chooses, such as a token's. */
  minChosenIdLength: number;
  /** Seconds for which the record of an ended migration is kept. */
  retentionS: number;
  /** The longest time in milliseconds for which the answer to the start of a migration waits for its switch. */
  holdStartMs: number;
}

export interface Deps {
  store: Store;
  clock: Clock;
  ids: Ids;
  workflows: Workflows;
  scheduler: Scheduler;
  log: Log;
  settings: ServiceSettings;
  /** The cluster whose mounts are moved; without one, this service has the mounts itself. */
  cluster?: Cluster | undefined;
}

/**
 * What one request or step needs.
 * @param token of the request, if it has one
 */
export type DepsFor = (token?: string) => Deps;
