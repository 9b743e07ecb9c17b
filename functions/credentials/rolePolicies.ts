/** Which policies a token gets that is created with a token role (contract §6). Pure. */

import { goQuote, refusal } from '../http/errors.ts';
import { assignable, cleanPolicies, type PolicyWish, refuseTooManyPolicies } from './policyNames.ts';

/** What a token role says of policies; all names and patterns are clean. In a pattern, `*` is any text. */
export interface PolicyRules {
  allowed_policies: string[];
  allowed_policies_glob: string[];
  disallowed_policies: string[];
  disallowed_policies_glob: string[];
  token: { token_no_default_policy: boolean };
}

/** Whether a role decides which policies its tokens get; otherwise the parent does, as without a role. */
export function hasPolicyRules(role: PolicyRules): boolean {
  return allowsSome(role) || role.disallowed_policies.length > 0 || role.disallowed_policies_glob.length > 0;
}

/**
 * The policies of a token by the rules of its role, whatever its parent has. A request that names none gets those that
 * are allowed, or else those of the parent. `default` is added, unless the request or the role refuses it.
 * @throws VaultError 400 for more policies than a token has, which are not compared with the role; for a policy that the
 *   role does not allow, or that only the service may give
 */
export function policiesByRole(
  { asked, noDefault, parent }: Pick<PolicyWish, 'asked' | 'noDefault' | 'parent'>,
  role: PolicyRules,
): string[] {
  const isDisallowed = listed(role.disallowed_policies, role.disallowed_policies_glob);
  const addsDefault = !noDefault && !role.token.token_no_default_policy && !isDisallowed('default');
  const clean = (names: readonly string[]) => cleanPolicies(addsDefault ? [...names, 'default'] : names);
  const allowed = clean(role.allowed_policies);
  const wanted = asked.length > 0 ? clean(asked) : allowsSome(role) ? allowed : clean(parent);
  const given = noDefault ? wanted.filter((name) => name !== 'default') : wanted;
  refuseTooManyPolicies('token', given);
  const isAllowed = listed(allowed, role.allowed_policies_glob);
  if (asked.length > 0 && allowsSome(role) && !wanted.every(isAllowed))
    throw notAllowed(wanted, allowed, role.allowed_policies_glob);
  const barred = wanted.find(isDisallowed);
  if (barred !== undefined) throw refusal(`token policy ${goQuote(barred)} is disallowed by this role`);
  return assignable(given);
}

function allowsSome({ allowed_policies, allowed_policies_glob }: PolicyRules): boolean {
  return allowed_policies.length > 0 || allowed_policies_glob.length > 0;
}

/** Whether a name is one of these, or matches one of the patterns. Both may be as many as a role has room for. */
function listed(names: readonly string[], patterns: readonly string[]): (name: string) => boolean {
  const known = new Set(names);
  const split = patterns.map((pattern) => pattern.split('*'));
  return (name) => known.has(name) || split.some((parts) => matchesPattern(parts, name));
}

/**
 * Each part is looked for after the one before it, so no pattern takes long.
 * @param parts what is between the `*` of the pattern
 */
function matchesPattern(parts: readonly string[], name: string): boolean {
  const [first = '', last] = [parts[0], parts.at(-1) as string];
  if (parts.length === 1) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

function notAllowed(wanted: string[], allowed: string[], patterns: string[]) {
  const [asked, names, globs] = [wanted, allowed, patterns].map((all) => `[${all.map(goQuote).join(' ')}]`);
  return refusal(
    `token policies (${asked}) must be subset of the role's allowed policies (${names}) or glob policies (${globs})`,
  );
}
