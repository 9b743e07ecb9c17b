/**
 * Refuses fields that would have no effect, where that is dangerous: with a misspelt `dry_run`, a request that should only
 * plan a move makes it. Vault ignores such fields with a warning (contract §2.4).
 */

import { distance } from 'fastest-levenshtein';
import { LONG_FIELD_NAME, LONGEST_MISSPELT_NAME, SHORTEST_MISSPELT_NAME } from '../limits.ts';
import { goQuote, refusal, type VaultError } from './errors.ts';
import { type Schema, unknownFields } from './fields.ts';
import { STEERING } from './message.ts';
import type { Call, RouteMatch } from './route.ts';

/** @throws VaultError 400 that names the field, and the field that was probably meant */
export function refuseStrange(
  { route: { fields = {}, strange }, params }: RouteMatch,
  { raw, query }: Pick<Call, 'raw' | 'query'>,
): void {
  if (!strange) return;
  const isRefused = (name: string) => strange === 'refused' || meant(fields, name) !== undefined;
  const unknown = unknownFields(fields, raw).find((name) => !Object.hasOwn(params, name) && isRefused(name));
  if (unknown !== undefined) throw unknownField(fields, unknown);
  const outside = Object.keys(query).filter((name) => !STEERING.includes(name) && !Object.hasOwn(raw, name));
  const parameter = outside.find(isRefused);
  if (parameter !== undefined)
    throw refusal(
      `the query parameter ${goQuote(parameter)} has no effect here: send it as a field of the body`,
    );
}

/** The refusal of a field that the schema does not name. */
export function unknownField(schema: Schema, name: string, where = ''): VaultError {
  const known = meant(schema, name);
  const hint = known === undefined ? '' : `; did you mean ${goQuote(known)}?`;
  return refusal(`unknown field ${goQuote(name)}${where}${hint}`);
}

/**
 * The field that a name was probably meant to be: the same without its separators and case, a letter or two away, or in the
 * singular.
 */
function meant(schema: Schema, name: string): string | undefined {
  const typed = plain(name.slice(0, LONGEST_MISSPELT_NAME));
  return Object.keys(schema).find((known) => {
    const most = known.length < LONG_FIELD_NAME ? 1 : 2;
    const letters = Math.min(distance(plain(known), typed), distance(plain(known), `${typed}s`));
    return known.length >= SHORTEST_MISSPELT_NAME && letters <= most;
  });
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
