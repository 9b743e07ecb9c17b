/** Words of the contract that many tests look for. */

import { inject, it } from 'vitest';

/** The wrapper around an error that the framework worded, not a handler (contract §2.1). */
export function wrapped(text: string): string {
  return `1 error occurred:\n\t* ${text}\n\n`;
}

/** No token, or one that is not or no longer known. */
export const NOT_AUTHENTICATED = { status: 403, body: { errors: ['permission denied'] } };

/** The token is good and may not do this. */
export const NOT_AUTHORIZED = { status: 403, body: { errors: [wrapped('permission denied')] } };

/** A handler's own words. */
export function refused(text: string): { status: number; body: object } {
  return { status: 400, body: { errors: [text] } };
}

/** An error that no handler worded, as it leaves the framework. */
export function failed(text: string): { status: number; body: object } {
  return { status: 500, body: { errors: [wrapped(text)] } };
}

export function noRoute(path: string): { status: number; body: object } {
  return { status: 404, body: { errors: [`no handler for route "${path}". route entry not found.`] } };
}

export const NOT_FOUND = { status: 404, body: { errors: [] } };

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** For what this service does otherwise than Vault and OpenBao, on purpose (docs/differences.md): not asked of those. */
export const improved = it.skipIf(inject('target').isReference);
