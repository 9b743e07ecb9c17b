/** Policies as they are stored: the text, and compiled, so that no request parses it. */

import type { Item } from '../ports/store.ts';
import { DEFAULT_POLICY } from './defaultPolicy.ts';
import { type Policy, parsePolicy } from './policy.ts';

let builtinDefault: Policy | undefined;

/** The policy at an item; a namespace that never wrote its `default` has the built-in one. */
export function policyIn(name: string, item: Item | undefined): Policy | undefined {
  if (item) return JSON.parse(item.compiled as string) as Policy;
  if (name !== 'default') return undefined;
  builtinDefault ??= parsePolicy(DEFAULT_POLICY);
  return builtinDefault;
}
