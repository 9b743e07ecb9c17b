/** Sends a request to the active node of a cluster, again where that is safe, until there is an answer that counts. */

import {
  CLUSTER_CALL_MS,
  FIRST_CLUSTER_PAUSE_MS,
  MAX_CLUSTER_PAUSE_MS,
  MAX_CLUSTER_TRIES,
  MAX_CLUSTER_WORDS,
  MIN_HIDDEN_LENGTH,
} from '../limits.ts';
import { ClusterUnavailable } from '../ports/cluster.ts';
import { type Exchange, NoAnswer, type Received } from './clusterHttp.ts';
import type { ClusterNodes } from './clusterNodes.ts';
import type { ClusterSettings } from './clusterSettings.ts';

export interface ClusterCall {
  method: 'GET' | 'LIST' | 'POST';
  path: string;
  /** How errors name the path, if it tells what not everybody may know. */
  publicPath?: string;
  query?: string;
  /** From the namespace of the service; absent for the few paths that exist in no namespace. */
  namespace?: string;
  headers?: Record<string, string>;
  body?: object;
  /** Texts of the body that no error may contain. */
  secrets?: string[];
  /** Whether it may be sent again though it may have arrived. */
  isRepeatable: boolean;
  /** The longest time for all tries, instead of the usual one. */
  timeoutMs?: number;
  /** The address of a node to ask, instead of the active one. */
  node?: string;
}

export interface Answer {
  status: number;
  /** All of it: `{}` if it is empty. */
  body: Record<string, unknown>;
  /** By the clock of who answers; not a number if that does not say. */
  sentAt: number;
  /** The cluster's own words about a failure, without secrets; empty if there are none. */
  words: string;
}

export interface ClusterSend {
  /**
   * @returns any answer of the cluster about the request itself
   * @throws ClusterUnavailable if there is none
   */
  send(call: ClusterCall, token?: string): Promise<Answer>;
  /** Names a call in an error, with the absolute path of its namespace. */
  nameOf(call: ClusterCall): string;
}

/** Temporary by definition: a missing index state, a quota, and nodes that do not serve the request. */
const PASSING = new Set([412, 429, 472, 473, 474]);

/** It stays so until somebody unlocks the namespace. */
const LOCKED = /has been locked by an administrator/;

export function clusterSend(settings: ClusterSettings, exchange: Exchange, nodes: ClusterNodes): ClusterSend {
  const { clock, callTimeoutMs = CLUSTER_CALL_MS } = settings;

  function nameOf({ method, path, publicPath = path, namespace = '' }: ClusterCall): string {
    const where = absolute(settings, namespace);
    return `${method} ${publicPath}${where && ` in namespace ${where}`}`;
  }

  async function send(call: ClusterCall, token?: string): Promise<Answer> {
    const end = clock.now() + (call.timeoutMs ?? callTimeoutMs);
    let mayHaveArrived = false;
    let { node } = call;
    for (let attempt = 1; ; attempt++) {
      const outcome = await sendOnce(call, token, node, end);
      if ('status' in outcome) return outcome;
      nodes.forget();
      mayHaveArrived ||= outcome.mayHaveArrived;
      const pause = Math.max(outcome.pauseMs, jitter(attempt));
      const isLast = attempt === MAX_CLUSTER_TRIES || clock.now() + pause >= end;
      if (isLast || LOCKED.test(outcome.why) || !(call.isRepeatable || outcome.isUnsent))
        throw new ClusterUnavailable(`no answer to ${nameOf(call)}: ${outcome.why}`, {
          isBusy: outcome.isBusy,
          mayHaveArrived,
        });
      if (outcome.isRedirect) node = undefined;
      await clock.sleep(pause);
    }
  }

  async function sendOnce(
    call: ClusterCall,
    token: string | undefined,
    node: string | undefined,
    end: number,
  ): Promise<Answer | Failure> {
    let isUnsent = true;
    try {
      const address = node ?? (await nodes.active());
      isUnsent = false;
      const received = await exchange(address, requestOf(call, token), Math.max(1, end - clock.now()));
      if (received.status === 307) return await redirect(received);
      const answer = answerOf(received, call, token);
      return counts(received) ? answer : refusal(received, answer);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return failure(error.message, { mayHaveArrived: error.mayHaveArrived, isUnsent });
    }
  }

  function requestOf({ method, path, query, namespace, headers, body }: ClusterCall, token?: string) {
    const isList = method === 'LIST';
    return {
      method: method === 'POST' ? 'POST' : 'GET',
      path: isList && !path.endsWith('/') ? `${path}/` : path,
      ...((isList || query) && { query: isList ? 'list=true' : (query as string) }),
      ...(body && { body }),
      headers: {
        'X-Vault-Request': 'true',
        // A node that forwards and loses the answer would redirect, as if it had done nothing.
        'X-Vault-No-Request-Forwarding': 'true',
        ...(body && { 'Content-Type': 'application/json' }),
        ...(token && { 'X-Vault-Token': token }),
        ...(namespace !== undefined && namespaceHeader(absolute(settings, namespace))),
        ...headers,
      },
    } as const;
  }

  /** A node that is not active redirects to the one that is, and has done nothing. No other address gets the token. */
  async function redirect({ headers }: Received): Promise<Failure> {
    nodes.forget();
    const isRedirect = nodes.reachable(headers.location ?? '') === (await nodes.active());
    return failure(`it is redirected to ${isRedirect ? 'the active' : 'another'} node`, {
      isRedirect,
      isUnsent: isRedirect,
    });
  }

  return { send, nameOf };
}

interface Failure {
  why: string;
  mayHaveArrived: boolean;
  isBusy: boolean;
  /** Whether it is to be sent to the active node instead. */
  isRedirect: boolean;
  /** Whether no node has got it, or the one that did has passed it on: then even a move may be sent. */
  isUnsent: boolean;
  /** How long the cluster asks to wait. */
  pauseMs: number;
}

function failure(why: string, more: Partial<Failure> = {}): Failure {
  const usual = { mayHaveArrived: false, isBusy: false, isRedirect: false, isUnsent: false, pauseMs: 0 };
  return { why, ...usual, ...more };
}

/** A namespace outside that of the service begins with a slash. */
function absolute({ namespace: own }: ClusterSettings, namespace: string): string {
  return namespace.startsWith('/') ? namespace.slice(1) : own + namespace;
}

/** In UTF-8, as other clients send it. Node writes each character of a header as one byte. */
function namespaceHeader(namespace: string): Record<string, string> {
  return namespace === '' ? {} : { 'X-Vault-Namespace': Buffer.from(namespace).toString('latin1') };
}

/** Whether the cluster has said something about the request itself. */
function counts({ status, body }: Received): boolean {
  if (status === 204) return true;
  if (PASSING.has(status) || status >= 500 || (status >= 300 && status < 400)) return false;
  // What is in front of the cluster, such as a balancer, answers with something else.
  return typeof body === 'object' && body !== null;
}

function refusal({ status, headers }: Received, { words }: Answer): Failure {
  const seconds = Number(headers['retry-after']);
  return failure(`status ${status}${words && `, ${words}`}`, {
    mayHaveArrived: status < 300 || status >= 500,
    isBusy: status === 429 || headers['retry-after'] !== undefined,
    pauseMs: Number.isFinite(seconds) ? seconds * 1_000 : 0,
  });
}

function answerOf({ status, headers, body }: Received, call: ClusterCall, token = ''): Answer {
  const { path, publicPath = path, secrets = [] } = call;
  const read = (body ?? {}) as Record<string, unknown>;
  const words = Array.isArray(read.errors) ? read.errors.map(String).join('; ') : '';
  return {
    status,
    body: read,
    sentAt: Date.parse(headers.date ?? ''),
    words: tidy(withoutSecrets(words, [token, ...secrets]).replaceAll(path, () => publicPath)),
  };
}

/** The cluster does not repeat what is secret. What is in front of it might. */
function withoutSecrets(words: string, secrets: string[]): string {
  return secrets
    .filter((secret) => secret.length >= MIN_HIDDEN_LENGTH)
    .reduce((text, secret) => text.replaceAll(secret, '…'), words);
}

/** In one line, without the count that precedes a single error. */
function tidy(words: string): string {
  const line = words.replace(/[\n\t]+/g, ' ').replace(/^1 error occurred: \* /, '');
  return line.trim().slice(0, MAX_CLUSTER_WORDS);
}

function jitter(attempt: number): number {
  return Math.random() * Math.min(MAX_CLUSTER_PAUSE_MS, FIRST_CLUSTER_PAUSE_MS * 2 ** attempt);
}
