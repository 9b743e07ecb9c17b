/** How much of a listing a request may see at once, by `pagination_limit` in policies (contract §5.2). Pure. */

import { parseInteger } from '../http/fields.ts';

/**
 * @param most entries that policies allow; undefined for any number
 * @param isRequired whether policies require that the request names a limit
 * @param asked the `limit` of the request: a number, or `max` for as much as there may be
 * @returns the limit that takes the place of what was asked, undefined for what was asked as it is, and `refused` when
 *   that is too much
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
  // None, as 0 and less stand for, is more than there may be.
  return limit > 0 ? undefined : most;
}
