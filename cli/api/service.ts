/** The service as its API has it: requests that are repeated where that helps, and refusals as errors. */

import { setTimeout as delay } from 'node:timers/promises';
import { notUnderstood, permissionDenied, refused, unreachable } from '../errors.ts';
import type { Connection } from './connection.ts';
import { exchange, type Received, type Sent } from './exchange.ts';
import { isPassing, mayHaveArrived, whyUnreachable } from './unreachable.ts';

export interface Answer {
  /** Whether nothing has changed since the answer that had the entity tag sent along. */
  isUnchanged: boolean;
  etag: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: docs/migrations.md and docs/bulk.md tell what is in it
  data: any;
  warnings: string[];
  /** Whether an idempotency key has been answered with what it brought about before. */
  isReplay: boolean;
}

interface Asked {
  query?: Record<string, string | undefined>;
  /** The entity tag of an earlier answer. */
  etag?: string | undefined;
}

/** Paths are those behind `/v1/`, percent-encoded where they have to be. */
export interface Service {
  /** The namespace that is asked in, for people: empty, or with a slash at its end. */
  namespace: string;
  read(path: string, asked?: Asked): Promise<Answer>;
  list(path: string, asked?: Asked): Promise<Answer>;
  /**
   * Repeating a write must have the effect of one: the body has an idempotency key, or the write is of a kind that
   * changes nothing the second time.
   */
  write(path: string, body?: Record<string, unknown>): Promise<Answer>;
}

/** Requests for one answer. */
const MAX_TRIES = 5;
/** Requests for one answer while no connection is made. */
const MAX_CONNECTION_TRIES = 4;
const FIRST_PAUSE_MS = 250;
/** However long the service asks to wait. */
const MAX_PAUSE_MS = 30_000;
const BUSY = [429, 502, 503, 504];

/**
 * All calls reject with a `CommandError` when the service refuses, or cannot be reached.
 * @param onPause is told why a request is repeated, and after how many seconds
 */
export function createService(
  connection: Connection,
  onPause: (why: string, seconds: number) => void,
): Service {
  // Without the name and password that an address may have.
  const address = connection.address.origin + connection.address.pathname.replace(/\/$/, '');

  async function patiently(sent: Sent): Promise<Received> {
    let mayBeDone = false;
    for (let tries = 1; ; tries++) {
      try {
        const received = await exchange(connection, sent);
        mayBeDone ||= received.status > 500;
        if (!BUSY.includes(received.status) || tries >= MAX_TRIES) return received;
        const asked = Number(received.headers['retry-after']) * 1_000;
        await pause(`the service answered ${received.status}`, asked || FIRST_PAUSE_MS * 2 ** tries);
      } catch (error) {
        const why = whyUnreachable(error);
        mayBeDone ||= mayHaveArrived(error);
        if (!isPassing(error) || tries >= MAX_CONNECTION_TRIES) throw unreachable(address, why, mayBeDone);
        await pause(`cannot reach ${address}: ${why}`, FIRST_PAUSE_MS * 2 ** (tries - 1));
      }
    }
  }

  async function pause(why: string, wantedMs: number): Promise<void> {
    const ms = Math.min(wantedMs, MAX_PAUSE_MS);
    onPause(why, ms / 1_000);
    await delay(ms);
  }

  async function ask(sent: Sent, capabilities: string): Promise<Answer> {
    const received = await patiently(sent);
    const { status, text, headers } = received;
    const body = parsed(text);
    if (body === undefined) throw notUnderstood(address, status);
    if (status === 403 && text.includes('permission denied')) {
      const [path = ''] = sent.path.split('?');
      throw permissionDenied(`${sent.method} ${decodeURI(path)}`, capabilities, connection.namespace);
    }
    if (status >= 300 && status !== 304) throw refused(status, refusalText(body));
    const { data = null, warnings } = body;
    const isReplay = headers['idempotent-replayed'] === 'true';
    return { isUnchanged: status === 304, etag: headers.etag, data, warnings: warnings ?? [], isReplay };
  }

  return {
    namespace: connection.namespace,
    read: (path, { query = {}, etag } = {}) => {
      const headers = etag ? { 'If-None-Match': etag } : {};
      return ask({ method: 'GET', path: withQuery(path, query), headers, body: '' }, '"read"');
    },
    list: (path, { query = {} } = {}) =>
      ask(
        { method: 'GET', path: withQuery(path, { list: 'true', ...query }), headers: {}, body: '' },
        '"list"',
      ),
    write: (path, body = {}) => {
      const headers = { 'Content-Type': 'application/json' };
      const sent: Sent = { method: 'POST', path, headers, body: JSON.stringify(body) };
      return ask(sent, '"update" and "sudo"');
    },
  };
}

function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = new URLSearchParams(given).toString();
  return path + (text && `?${text}`);
}

/** @returns an empty object for an empty body, nothing for what is no JSON object */
// biome-ignore lint/suspicious/noExplicitAny: the body of an answer is whatever was sent
function parsed(text: string): any {
  try {
    const body = text.trim() === '' ? {} : JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

/** The texts of Vault's errors without the layout of some, or what API Gateway says by itself. */
function refusalText({ errors, message }: { errors?: unknown; message?: unknown }): string {
  if (!Array.isArray(errors)) return typeof message === 'string' ? message : '';
  const texts = errors.map((text) => String(text).replace(/^\d+ errors? occurred:\n\t\* /, ''));
  if (texts.length === 1) return texts[0]?.trim() ?? '';
  return texts.map((text) => `\n  ${text.trim()}`).join('');
}
