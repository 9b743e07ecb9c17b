/** Which policies a new token gets (contract §6). Pure. */

import { goQuote, refusal } from '../http/errors.ts';
import { type Meaning, Meant } from '../http/shape.ts';
import { MAX_NAME_BYTES, MAX_TOKEN_POLICIES } from '../limits.ts';

/** Policies that only the service itself may give to a token. */
const UNASSIGNABLE = ['response-wrapping', 'control-group'];

/** Fields with names of policies: a list, and one whose texts are not split at commas. */
const NAMES: Meaning = { spellings: (name) => [cleanName(name)] };
export const POLICY_LIST = new Meant('list', NAMES);
export const POLICY_TEXTS = new Meant('texts', NAMES);

export function cleanName(name: string): string {
  return name.trim().toLowerCase();
}

/** Trimmed, in lower case, sorted, without repetitions; `root` replaces all others. */
export function cleanPolicies(names: readonly string[]): string[] {
  const clean = new Set(names.map(cleanName).filter((name) => name !== ''));
  return clean.has('root') ? ['root'] : [...clean].sort();
}

/** Whether two lists name the same policies; `default` does not count. */
export function areSamePolicies(one: readonly string[], other: readonly string[]): boolean {
  const [first, second] = [one, other].map((names) => new Set(cleanPolicies(names)).add('default'));
  return first?.symmetricDifference(second as Set<string>).size === 0;
}

export interface PolicyWish {
  asked: readonly string[];
  noDefault: boolean;
  parent: readonly string[];
  isSudo: boolean;
  /** Whether the parent is from another namespace, whose policies do not apply in this one. */
  isForeign: boolean;
}

/**
 * The policies of a child token.
 * @throws VaultError 400 when a request without `sudo` asks for more than the parent has, or for a policy that only the
 *   service may give
 */
export function childPolicies({ asked, noDefault, parent, isSudo, isForeign }: PolicyWish): string[] {
  const inherits = asked.length === 0 && !isForeign;
  const wanted = cleanPolicies(inherits ? parent : asked);
  if (!isSudo && !wanted.every((name) => parent.includes(name)))
    throw refusal('child policies must be subset of parent');
  const addsDefault = !inherits && (isSudo || parent.includes('default')) && !wanted.includes('root');
  const all = cleanPolicies(addsDefault ? [...wanted, 'default'] : wanted);
  return assignable(noDefault ? all.filter((name) => name !== 'default') : all);
}

/**
 * The same policies.
 * @throws VaultError 400 when one of them may be given by the service only
 */
export function assignable(policies: string[]): string[] {
  const internal = policies.find((name) => UNASSIGNABLE.includes(name));
  if (internal !== undefined) throw refusal(`cannot assign policy ${goQuote(internal)}`);
  return policies;
}

/**
 * Every request reads the policies of its token, and every run those of its schedule.
 * @throws VaultError 400 for too many, and for a name that no policy can have
 */
export function refuseTooManyPolicies(owner: 'token' | 'schedule', policies: readonly string[]): void {
  if (policies.length > MAX_TOKEN_POLICIES)
    throw refusal(`a ${owner} has at most ${MAX_TOKEN_POLICIES} policies`);
  if (policies.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES))
    throw refusal(`the name of a policy is longer than ${MAX_NAME_BYTES} bytes`);
}
