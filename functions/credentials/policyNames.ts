/** Which policies a new token gets (contract §6). Pure. */

import { notASubset, unassignable } from './tokenErrors.ts';

/** Policies that the service itself gives to what it makes, and nobody else. */
const UNASSIGNABLE = ['response-wrapping', 'control-group'];

/** Trimmed, in lower case, each once and sorted; `root` swallows all others. */
export function cleanPolicies(names: readonly string[]): string[] {
  const clean = new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''));
  return clean.has('root') ? ['root'] : [...clean].sort();
}

export interface PolicyWish {
  asked: readonly string[];
  noDefault: boolean;
  parent: readonly string[];
  isSudo: boolean;
  /** Whether the parent is of another namespace, whose policies mean nothing in this one. */
  isForeign: boolean;
}

/** @throws VaultError 400 when a token without `sudo` asks for more than its parent has */
export function childPolicies({ asked, noDefault, parent, isSudo, isForeign }: PolicyWish): string[] {
  const inherits = asked.length === 0 && !isForeign;
  const wanted = cleanPolicies(inherits ? parent : asked);
  if (!isSudo && !wanted.every((name) => parent.includes(name))) throw notASubset();
  const addsDefault = !inherits && (isSudo || parent.includes('default')) && !wanted.includes('root');
  const all = cleanPolicies(addsDefault ? [...wanted, 'default'] : wanted);
  const policies = noDefault ? all.filter((name) => name !== 'default') : all;
  const internal = policies.find((name) => UNASSIGNABLE.includes(name));
  if (internal !== undefined) throw unassignable(internal);
  return policies;
}
