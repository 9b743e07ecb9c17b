/** Which policies a token gets that is created with a token role (contract §6). Pure. */

import { goQuote, refusal } from '../http/errors.ts';
import { assignable, cleanPolicies, type PolicyWish } from './policyNames.ts';

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
 * @throws VaultError 400 for a policy that the role does not allow, or that only the service may give
 */
export function policiesByRole(
  { asked, noDefault, parent }: Pick<PolicyWish, 'asked' | 'noDefault' | 'parent'>,
  role: PolicyRules,
): string[] {
  const addsDefault = !noDefault && !role.token.token_no_default_policy && !isDisallowed(role, 'default');
  const clean = (names: readonly string[]) => cleanPolicies(addsDefault ? [...names, 'default'] : names);
  const allowed = clean(role.allowed_policies);
  const wanted = asked.length > 0 ? clean(asked) : allowsSome(role) ? allowed : clean(parent);
  if (asked.length > 0 && allowsSome(role) && !wanted.every((name) => isAllowed(allowed, role, name)))
    throw notAllowed(wanted, allowed, role.allowed_policies_glob);
  const barred = wanted.find((name) => isDisallowed(role, name));
  if (barred !== undefined) throw refusal(`token policy ${goQuote(barred)} is disallowed by this role`);
  return assignable(noDefault ? wanted.filter((name) => name !== 'default') : wanted);
}

function allowsSome({ allowed_policies, allowed_policies_glob }: PolicyRules): boolean {
  return allowed_policies.length > 0 || allowed_policies_glob.length > 0;
}

function isAllowed(
  allowed: string[],
  { allowed_policies_glob: patterns }: PolicyRules,
  name: string,
): boolean {
  return allowed.includes(name) || patterns.some((pattern) => matchesPattern(pattern, name));
}

function isDisallowed(role: PolicyRules, name: string): boolean {
  const { disallowed_policies: names, disallowed_policies_glob: patterns } = role;
  return names.includes(name) || patterns.some((pattern) => matchesPattern(pattern, name));
}

/** Each part between two `*` is looked for after the one before it, so no pattern takes long. */
function matchesPattern(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
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
