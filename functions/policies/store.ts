/** Policies as they are stored: the text, and compiled, so that no request parses it. */

import type { Item } from '../ports/store.ts';
import { builtinPolicy } from './builtinPolicies.ts';
import { type Policy, parsePolicy } from './policy.ts';

const compiled = new Map<string, Policy>();

/** The policy at an item; one that nobody wrote may be built in. */
export function policyIn(name: string, item: Item | undefined): Policy | undefined {
  if (item) return JSON.parse(item.compiled as string) as Policy;
  const text = builtinPolicy(name);
  if (text === undefined) return undefined;
  const policy = compiled.get(name) ?? parsePolicy(text);
  compiled.set(name, policy);
  return policy;
}
