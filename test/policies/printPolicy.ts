/** Prints compiled rules as the text of a policy, in either syntax, for tests that parse it again. */

import type { ParameterRule, PathRule } from '../../functions/policies/pathRule.ts';

/** As HCL, with blocks. */
export function printHcl(rules: PathRule[]): string {
  const attributes = (rule: PathRule) =>
    Object.entries(bodyOf(rule)).map(([key, value]) => `  ${key} = ${hclValue(value)}\n`);
  return rules.map((rule) => `path ${hclString(rule.path)} {\n${attributes(rule).join('')}}\n`).join('\n');
}

/** As JSON; the list keeps several rules of one path apart. */
export function printJson(rules: PathRule[]): string {
  return JSON.stringify({ path: rules.map((rule) => Object.fromEntries([[rule.path, bodyOf(rule)]])) });
}

function bodyOf(rule: PathRule): Record<string, unknown> {
  const { allowedParameters, deniedParameters, requiredParameters, minWrappingTtl, maxWrappingTtl } = rule;
  return {
    capabilities: rule.capabilities,
    ...(allowedParameters && { allowed_parameters: byName(allowedParameters) }),
    ...(deniedParameters && { denied_parameters: byName(deniedParameters) }),
    ...(requiredParameters && { required_parameters: requiredParameters }),
    ...(minWrappingTtl && { min_wrapping_ttl: minWrappingTtl }),
    ...(maxWrappingTtl && { max_wrapping_ttl: `${maxWrappingTtl}s` }),
    ...(rule.expiresAt && { expiration: new Date(rule.expiresAt).toISOString() }),
  };
}

function byName(parameters: ParameterRule[]): Record<string, unknown> {
  return Object.fromEntries(parameters.map(({ name, values }) => [name, values]));
}

function hclValue(value: unknown): string {
  if (typeof value === 'string') return hclString(value);
  if (Array.isArray(value)) return `[${value.map((item) => `${hclValue(item)}, `).join('')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(([name, item]) => `${hclString(name)} = ${hclValue(item)}`);
  return `{ ${members.join(', ')} }`;
}

/** JSON's escapes are HCL's, too; a dollar would begin an interpolation. */
function hclString(text: string): string {
  return JSON.stringify(text).replaceAll('$', '\\u0024');
}
