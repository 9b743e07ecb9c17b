/** Texts for what a migration does with policies. Pure. */

import type { PolicyInfo } from '../../functions/remount/answers.ts';
import { many, namespaceName } from './format.ts';

const OF_MODES: Record<PolicyInfo['mode'], string> = {
  add: 'a rule for the target is added',
  follow: 'rules get the path of the target',
  restore: 'what the move had changed is restored',
};

/** @returns names and values; none if the move was not to change policies */
export function policyFacts(policies: PolicyInfo | undefined): [name: string, value: string][] {
  if (!policies) return [];
  const { mode, changed, left, hidden } = policies;
  const counts = Object.entries(hidden).map(
    ([namespace, number]) => `${many(number, 'policy', 'policies')} in ${namespaceName(namespace)}`,
  );
  const isNothing = changed.length === 0 && counts.length === 0;
  const facts: [string, string][] = [
    ['Policies', OF_MODES[mode]],
    ['Policies changed', isNothing ? 'none' : changed.map(nameOf).join(', ')],
    ['Policies left', left.map((one) => `${nameOf(one)}: ${one.reason}`).join('; ')],
    ['Policies that your token may not read', counts.join(', ')],
  ];
  return facts.filter(([, value]) => value !== '');
}

function nameOf({ namespace, policy }: { namespace: string; policy: string }): string {
  return `${policy} in ${namespaceName(namespace)}`;
}
