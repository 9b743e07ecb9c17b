/** How many entries of a listing a request may see at once, by `pagination_limit` (contract §5.2). Pure. */

import { parseInteger } from '../http/fields.ts';

/**
 * @param most the number of entries that policies allow; undefined for any number
 * @param isRequired whether policies require the request to send a limit
 * @param asked the `limit` of the request: a number, or `max` for as many as allowed
 * @returns the limit that replaces the request's; undefined to keep the request's; `refused` if that is too high
 */
export function pageLimit(
  most: number | undefined,
  isRequired: boolean,
  asked: unknown,
): number | undefined | 'refused' {
  if (most === undefined) return asked === 'max' ? 0 : undefined;
  if (asked === undefined) return isRequired ? 'refused' : most;
  if (asked === 'max') return most;
  const limit = parseInteger(asked);
  if (limit === undefined || limit > most) return 'refused';
  // A limit of 0 or less means no limit, which is more than allowed.
  return limit > 0 ? undefined : most;
}
