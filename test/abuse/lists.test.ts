/** Two long lists that are compared with each other, both as long as they may be: the time is about that of reading them. */

import { describe, expect, it } from 'vitest';
import { addressAllowed, areWithin } from '../../functions/credentials/cidr.ts';
import { type PolicyRules, policiesByRole } from '../../functions/credentials/rolePolicies.ts';
import { VaultError } from '../../functions/http/errors.ts';
import { matchRoute, type RouteMatch } from '../../functions/http/route.ts';
import { refuseStrange } from '../../functions/http/strangeFields.ts';
import { MAX_FIELD_ENTRIES, MAX_FORM_FIELDS, MAX_TOKEN_POLICIES } from '../../functions/limits.ts';
import { remountRoutes } from '../../functions/remount/remountRoutes.ts';
import { leastTimeOf } from '../support/processorTime.ts';

/** Far more than any of these takes, far less than one step for each pair would. */
const PATIENCE_MS = 2_000;

const entries = <T>(make: (i: number) => T, count = MAX_FIELD_ENTRIES) =>
  Array.from({ length: count }, (_, i) => make(i));

const ipv4 = entries((i) => `9.${i >> 8}.${i & 255}.0/24`);
const ipv6 = entries((i) => `2001:db8:aaaa:bbbb:cccc:dddd:${i.toString(16)}:0/112`);
const last = Array(MAX_FIELD_ENTRIES).fill(ipv4.at(-1));

const names = entries((i) => `p${i}`);
const role: PolicyRules = {
  allowed_policies: [],
  allowed_policies_glob: [],
  disallowed_policies: [],
  disallowed_policies_glob: [],
  token: { token_no_default_policy: true },
};
/** Each is looked at to its end, and none matches. */
const patterns = entries((i) => `p*${i}*x`);

function wish(asked: string[], rules: Partial<PolicyRules>): () => unknown {
  return () => policiesByRole({ asked, noDefault: true, parent: ['root'] }, { ...role, ...rules });
}

const some = names.slice(0, MAX_TOKEN_POLICIES);

/** The endpoint that compares unknown fields with its own. */
const remount = matchRoute(remountRoutes, 'sys/remount') as RouteMatch;
const fields = Object.fromEntries(entries((i) => [`field_${i}_${'x'.repeat(1_000)}`, ''], MAX_FORM_FIELDS));

const COMPARED: [what: string, compare: () => unknown][] = [
  ['blocks with the blocks of a role', () => areWithin(last, ipv4)],
  ['blocks of IPv6 with themselves', () => areWithin(ipv6, ipv6)],
  ['an address with blocks', () => addressAllowed(ipv6, '::1')],
  ['policies with those that a role allows', wish(some, { allowed_policies: names })],
  ['policies with patterns that a role allows', wish(some, { allowed_policies_glob: [...patterns, '*'] })],
  ['policies with patterns that a role refuses', wish(some, { disallowed_policies_glob: patterns })],
  ['too many policies with patterns', wish(names, { disallowed_policies_glob: patterns })],
  ['fields of a form with those of an endpoint', () => refuseStrange(remount, { raw: fields, query: {} })],
  [
    'what a role allows with what it refuses',
    wish([], { allowed_policies: names, disallowed_policies_glob: patterns }),
  ],
];

describe('a request is answered in time that compares', () => {
  it.each(COMPARED)('%s', (_, compare) => {
    expect(leastTimeOf(() => refusedOr(compare))).toBeLessThan(PATIENCE_MS);
  });
});

function refusedOr(compare: () => unknown): void {
  try {
    compare();
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
  }
}
