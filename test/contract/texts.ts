/** Answers of the contract that many tests expect. */

import { inject, it } from 'vitest';

/** The wrapper around an error text of the framework, not of a handler (contract §2.1). */
export function wrapped(text: string): string {
  return `1 error occurred:\n\t* ${text}\n\n`;
}

/** No token, or one that is unknown, expired or revoked. */
export const NOT_AUTHENTICATED = { status: 403, body: { errors: ['permission denied'] } };

/** The token is valid, but has no right to do this. */
export const NOT_AUTHORIZED = { status: 403, body: { errors: [wrapped('permission denied')] } };

/** A handler's own error text. */
export function refused(text: string): { status: number; body: object } {
  return { status: 400, body: { errors: [text] } };
}

/** An error inside a handler, which the framework wraps and answers with 500. */
export function failed(text: string): { status: number; body: object } {
  return { status: 500, body: { errors: [wrapped(text)] } };
}

export function noRoute(path: string): { status: number; body: object } {
  return { status: 404, body: { errors: [`no handler for route "${path}". route entry not found.`] } };
}

export const NOT_FOUND = { status: 404, body: { errors: [] } };

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A test of an intended difference from Vault and OpenBao (docs/differences.md). It is skipped for those. */
export const improved = it.skipIf(inject('target').isReference);
