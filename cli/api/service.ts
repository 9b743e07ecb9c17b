/** A client of the service's API. Retries where that helps, and turns refusals into errors. */

import { setTimeout as delay } from 'node:timers/promises';
import { notUnderstood, permissionDenied, refused, unreachable } from '../errors.ts';
import { isBusy, mayBeCarriedOut } from './busy.ts';
import type { Connection } from './connection.ts';
import { exchange, type Received, type Sent } from './exchange.ts';
import { checkIsRemount, HEALTH } from './identify.ts';
import { isPassing, mayHaveArrived, whyUnreachable } from './unreachable.ts';

export interface Answer {
  /** Whether nothing has changed since the answer with the given entity tag. */
  isUnchanged: boolean;
  etag: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: see docs/migrations.md and docs/bulk.md
  data: any;
  /** Whether an earlier command with the same idempotency key has started what this answer describes. */
  isReplay: boolean;
}

interface Settled extends Received {
  /** Whether an earlier try of the same request may have been carried out. */
  isRepeat: boolean;
}

interface Asked {
  query?: Record<string, string | undefined>;
  /** The entity tag of an earlier answer. */
  etag?: string | undefined;
}

/** Paths are those after `/v1/`, percent-encoded where necessary. */
export interface Service {
  /** The namespace of the requests: empty, or with a trailing slash. */
  namespace: string;
  read(path: string, asked?: Asked): Promise<Answer>;
  list(path: string, asked?: Asked): Promise<Answer>;
  /**
   * The write must be idempotent, because it may be retried: its body has an idempotency key, or repeating it changes
   * nothing.
   */
  write(path: string, body?: Record<string, unknown>): Promise<Answer>;
  remove(path: string): Promise<Answer>;
}

/** Tries while the service is busy. */
const MAX_TRIES = 5;
/** Tries while there is no connection. */
const MAX_CONNECTION_TRIES = 4;
const FIRST_PAUSE_MS = 250;
/** Longest pause, even if the service asks for a longer one. */
const MAX_PAUSE_MS = 30_000;

/**
 * All calls reject with a `CommandError` if the service refuses or cannot be reached.
 * @param onPause is called before a retry, with the reason and the pause in seconds
 * @param onWarning is called with each warning of an answer
 */
export function createService(
  connection: Connection,
  onPause: (why: string, seconds: number) => void,
  onWarning: (text: string) => void,
): Service {
  // Without the user name and password that an address may contain.
  const address = connection.address.origin + connection.address.pathname.replace(/\/$/, '');
  const { proxy } = connection;
  const way = proxy ? `${address} through the proxy ${proxy.host}` : address;

  let known: Promise<void> | undefined;

  /** Health is for everybody, so the token is not sent before it is known who gets it. */
  async function identify(): Promise<void> {
    const received = await patiently(HEALTH, { ...connection, token: '', namespace: '' });
    if (isBusy(received)) throw refused(received.status, '', mayBeCarriedOut(received));
    checkIsRemount(address, received);
  }

  async function patiently(sent: Sent, by: Connection = connection): Promise<Settled> {
    let mayBeDone = false;
    for (let tries = 1; ; tries++) {
      try {
        const received = await exchange(by, sent);
        if (!isBusy(received) || tries >= MAX_TRIES) return { ...received, isRepeat: mayBeDone };
        mayBeDone ||= received.status > 500;
        const asked = Number(received.headers['retry-after']) * 1_000;
        await pause(`the service answered ${received.status}`, asked || FIRST_PAUSE_MS * 2 ** tries);
      } catch (error) {
        const why = whyUnreachable(error);
        mayBeDone ||= mayHaveArrived(error);
        if (!isPassing(error) || tries >= MAX_CONNECTION_TRIES) throw unreachable(way, why, mayBeDone);
        await pause(`cannot reach ${way}: ${why}`, FIRST_PAUSE_MS * 2 ** (tries - 1));
      }
    }
  }

  async function pause(why: string, wantedMs: number): Promise<void> {
    const ms = Math.min(wantedMs, MAX_PAUSE_MS);
    onPause(why, ms / 1_000);
    await delay(ms);
  }

  async function ask(sent: Sent, capabilities: string): Promise<Answer> {
    known ??= identify();
    await known;
    const received = await patiently(sent);
    const { status, text, headers, isRepeat } = received;
    const body = parsed(text);
    if (body === undefined) throw notUnderstood(address, status);
    if (status === 403 && text.includes('permission denied')) {
      const [path = ''] = sent.path.split('?');
      throw permissionDenied(`${sent.method} ${decodeURI(path)}`, capabilities, connection.namespace);
    }
    if (status >= 300 && status !== 304) throw refused(status, refusalText(body), mayBeCarriedOut(received));
    const { data = null, warnings } = body;
    for (const warning of (warnings ?? []).filter(isNews)) onWarning(warning);
    const isReplay = headers['idempotent-replayed'] === 'true' && !isRepeat;
    return { isUnchanged: status === 304, etag: headers.etag, data, isReplay };
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
    remove: (path) => ask({ method: 'DELETE', path, headers: {}, body: '' }, '"delete" and "sudo"'),
  };
}

/** Every answer to a move has this warning, as in Vault; the command shows by itself how the move goes on. */
function isNews(warning: string): boolean {
  return !warning.startsWith('Mount move has been queued.');
}

function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = new URLSearchParams(given).toString();
  return path + (text && `?${text}`);
}

/** @returns an empty object for an empty body, undefined if the body is not a JSON object */
// biome-ignore lint/suspicious/noExplicitAny: the body can be any JSON
function parsed(text: string): any {
  try {
    const body = text.trim() === '' ? {} : JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

/** The texts of Vault's errors without their layout, or API Gateway's own message. */
function refusalText({ errors, message }: { errors?: unknown; message?: unknown }): string {
  if (!Array.isArray(errors)) return typeof message === 'string' ? message : '';
  const texts = errors.map((text) => String(text).replace(/^\d+ errors? occurred:\n\t\* /, ''));
  if (texts.length === 1) return texts[0]?.trim() ?? '';
  return texts.map((text) => `\n  ${text.trim()}`).join('');
}
