/**
 * The one error that becomes an HTTP answer, the texts that several areas use, and what a log may say of other errors
 * (contract §2).
 */

import { MAX_STACK_FRAMES } from '../limits.ts';

export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly status: number;
  readonly errors: string[];
  readonly headers: Record<string, string>;

  /** @param message the text where it is no answer: in a log, a record, or a queue of refused requests */
  constructor(
    status: number,
    errors: string[],
    headers: Record<string, string> = {},
    message = errors.join('; '),
  ) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }

  /** The error with more headers. */
  withHeaders(headers: Record<string, string>): VaultError {
    return new VaultError(this.status, this.errors, { ...this.headers, ...headers }, this.message);
  }

  /** The error as a path that needs no token answers it: without the wrapper (contract §2.1). */
  bare(): VaultError {
    return this;
  }
}

/** An error of a handler: 400, with the bare text. */
export function refusal(text: string): VaultError {
  return new VaultError(400, [text]);
}

/** An error of the router or framework: the text is in the multi-error wrapper (contract §2.1). */
export function wrapped(status: number, text: string): VaultError {
  return new WrappedError(status, text);
}

class WrappedError extends VaultError {
  constructor(status: number, text: string) {
    super(status, [multiError([text])], {}, text);
  }

  override bare(): VaultError {
    return new VaultError(this.status, [this.message]);
  }
}

export function multiError(texts: string[]): string {
  const head = texts.length === 1 ? '1 error occurred:' : `${texts.length} errors occurred:`;
  return `${head}\n${texts.map((text) => `\t* ${text}\n`).join('')}\n`;
}

/** An error without a text: `{"errors":[]}`. */
export function silent(status: number): VaultError {
  return new VaultError(status, []);
}

/** No token, or one that is unknown, expired or revoked (contract §1.6). */
export function notAuthenticated(): VaultError {
  return new VaultError(403, ['permission denied']);
}

/** The token is valid, but its policies do not allow this (contract §1.6). */
export function notAuthorized(): VaultError {
  return wrapped(403, 'permission denied');
}

/**
 * Only the cluster can judge whether its policies allow this.
 * @param why names what cannot be judged here
 */
export function notJudged(why: string): VaultError {
  return wrapped(403, `permission denied: ${why}, which only the cluster can judge`);
}

export function namespaceNotFound(): VaultError {
  return new VaultError(404, ['namespace not found']);
}

/** @param path of the namespace that is locked; it may be above the namespace of the request */
export function namespaceLocked(path: string): VaultError {
  const text = 'API access to this namespace has been locked by an administrator';
  return new VaultError(503, [`${text} - ${goQuote(path)} must be unlocked to gain access.`]);
}

export function unsupportedPath(): VaultError {
  return wrapped(404, 'unsupported path');
}

export function unsupportedOperation(): VaultError {
  return wrapped(405, 'unsupported operation');
}

/** The store is busy, or other writes were faster too often: the client repeats the request (architecture §3). */
export function tryAgain(): VaultError {
  return new VaultError(503, ['the service is busy, try again'], { 'Retry-After': '1' });
}

/** Something is larger than a limit of this service. */
export function tooLarge(text: string): VaultError {
  return new VaultError(413, [text]);
}

/** A write of a policy or a secret without the check-and-set that it requires (contract §5.1). */
export function casMissing(): VaultError {
  return refusal('check-and-set parameter required for this call');
}

/** Go's `%q`: double quotes around, backslash escapes for what is not printable. */
export function goQuote(text: string): string {
  const escaped = text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) => {
    const short = SHORT_ESCAPES[character];
    if (short) return short;
    const code = character.codePointAt(0) as number;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code <= 0xffff
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `"${escaped}"`;
}

const SHORT_ESCAPES: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Where an error was thrown, for logs. Its message is left out, because it may quote what was sent or stored (R9). */
export function stackFrames(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { message, stack = '' } = error;
  // The message comes first in a stack, and may have lines that look like calls.
  const start = stack.indexOf(message);
  if (start < 0) return [];
  const lines = stack.slice(start + message.length).split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).slice(0, MAX_STACK_FRAMES);
}
