/** Texts about what a look after moves has found. */

import type { Verification } from '../../functions/remount/answers.ts';
import { counted, namespaceName } from './numbers.ts';
import { ruleTable } from './plan.ts';

/** Whether nothing is left to do. What a later move has put at the source belongs there. */
export function isHeld(found: Verification): boolean {
  const { target, source, policies, hidden_policy_rules: hidden } = found;
  return target.reachable && !isStray(source) && policies.length + Object.keys(hidden).length === 0;
}

function isStray({ free, moved_by: movedBy }: Verification['source']): boolean {
  return !free && movedBy === null;
}

/** @param found one for each move */
export function verificationLines(found: readonly Verification[]): string[] {
  const unreachable = found.filter(({ target }) => !target.reachable);
  const reachable = `${found.length - unreachable.length} of ${counted(found.length, 'mount')}`;
  return [
    `Reachable at the target: ${reachable}.`,
    ...unreachable.map(({ target_mount, target }) => `  ${target_mount}: ${target.problem}`),
    ...sourceLines(found),
    ...ruleLines(found),
  ];
}

function sourceLines(found: readonly Verification[]): string[] {
  const taken = found.filter(({ source }) => !source.free);
  if (taken.length === 0) return ['Nothing is at the source.'];
  return [
    `Something is at the source of ${counted(taken.length, 'move')}:`,
    ...taken.map(({ source_mount, source }) => {
      if (source.answers_until)
        return `  ${source_mount}: an old path of ${source.mount ?? 'a mount in another namespace'}, answers until ${source.answers_until}`;
      const by = source.moved_by === null ? 'not moved there' : `moved there by ${source.moved_by}`;
      return `  ${source_mount}: ${source.mount} (${source.accessor}), ${by}`;
    }),
  ];
}

function ruleLines(found: readonly Verification[]): string[] {
  const rules = found.flatMap(({ policies }) => policies);
  const hidden = found.flatMap(({ source_mount, hidden_policy_rules: rules }) => {
    return Object.entries(rules).map(([namespace, number]) => {
      return `${counted(number, 'rule')} for ${source_mount} in policies of ${namespaceName(namespace)} that the token may not read.`;
    });
  });
  if (rules.length + hidden.length === 0) return ['No policy rule names the source.'];
  const table = rules.length === 0 ? [] : ['', ...ruleTable(rules)];
  return [`Policy rules that still name the source: ${rules.length}.`, ...table, ...hidden];
}

/** What is left to do, in one sentence. */
export function verificationText(found: readonly Verification[]): string {
  const count = (is: (one: Verification) => boolean) => found.filter(is).length;
  const [unreachable, stray] = [
    count(({ target }) => !target.reachable),
    count(({ source }) => isStray(source)),
  ];
  const rules = count(({ policies, hidden_policy_rules: hidden }) => {
    return policies.length + Object.keys(hidden).length > 0;
  });
  const parts = [
    unreachable > 0 && `${counted(unreachable, 'mount')} cannot be reached at the target`,
    stray > 0 && `${counted(stray, 'source')} ${stray === 1 ? 'is' : 'are'} in use by another mount`,
    rules > 0 && `policies still name the source of ${counted(rules, 'move')}`,
  ];
  return parts.filter(Boolean).join(', ');
}
