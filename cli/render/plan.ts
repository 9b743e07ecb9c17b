/** The plan of one move as text. */

import type { PlannedAlias, Preview } from '../../functions/remount/answers.ts';
import { columns } from './columns.ts';
import { count, counted, lasting, namespaceName, seconds } from './numbers.ts';

export function planLines(plan: Preview): string[] {
  return [
    `${plan.source_mount} → ${plan.target_mount}, ${plan.type}, accessor ${plan.accessor}`,
    '',
    ...columns([
      ['Namespace', namespaceFact(plan)],
      [
        'Takes',
        `about ${seconds(plan.estimate.seconds)}, ${plan.estimate.state_transitions} state transitions`,
      ],
      ['Revokes', revokesFact(plan.revokes)],
    ]),
    ...roleLines(plan.revokes),
    ...aliasLines(plan),
    ...clusterLines(plan),
    '',
    ...policyLines(plan),
  ];
}

function aliasLines({ alias, aliases = [] }: Preview): string[] {
  const lines = [
    ...(alias ? [`${alias.path} goes on answering for ${lasting(alias.ttl)} after the move.`] : []),
    ...aliases.map(plannedAliasLine),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

/** What becomes of an alias that the mount has already. */
export function plannedAliasLine({
  source_mount: path,
  migration_id: id,
  end_time: end,
}: PlannedAlias): string {
  const which =
    path === '' ? `An alias outside the namespace, left by migration ${id},` : `The alias ${path}`;
  return end === null
    ? `${which} ends with the move: the mount comes back to it.`
    : `${which} follows the mount, and answers until ${end}.`;
}

/** What is different where a cluster has the mount. */
function clusterLines({ cluster, source_mount }: Preview): string[] {
  if (!cluster) return [];
  const keys = cluster.keys === null ? 'its keys, which could not be counted' : counted(cluster.keys, 'key');
  return [
    '',
    ...(cluster.tainted
      ? [`The cluster refuses all requests to ${source_mount} after an earlier move.`]
      : []),
    ...(cluster.copies_keys ? [`The cluster would copy ${keys}; --allow-copy permits that.`] : []),
    ...cluster.remarks.map((remark) => `On this cluster, ${remark}.`),
  ];
}

function namespaceFact(plan: Preview): string {
  const [source, target] = [plan.source_namespace, plan.target_namespace].map(namespaceName);
  return plan.namespaces_crossed ? `from ${source} into ${target}` : `stays in ${source}`;
}

function revokesFact({ kind, total, complete, by_role }: Preview['revokes']): string {
  if (total === 0 && complete) return 'nothing';
  const one = kind.replace(/s$/, '');
  const number = `${complete ? '' : 'at least '}${counted(total, one)}`;
  return isEmpty(by_role) ? `${number}; the token may not list them by role` : `${number}, by role:`;
}

/** Sorted by number, the largest first. */
function roleLines({ by_role }: Preview['revokes']): string[] {
  const roles = Object.entries(by_role).sort(([, a], [, b]) => b - a);
  const width = Math.max(0, ...roles.map(([, number]) => count(number).length));
  return columns(roles.map(([role, number]) => ['         ', count(number).padStart(width), role]));
}

function policyLines(plan: Preview): string[] {
  const { policies, hidden_policy_rules, policy_changes, source_mount, target_mount } = plan;
  const hidden = hiddenLines(hidden_policy_rules);
  if (policies.length === 0)
    return hidden.length > 0
      ? hidden
      : [`No policy rule names only ${source_mount}: no policy needs a change.`];
  const rules = policies.length === 1 ? '1 rule of a policy' : `${count(policies.length)} rules of policies`;
  return [
    `${rules} would not match the mount at ${target_mount}. ${policy_changes ? 'What the move would change is below' : 'The move leaves policies as they are'}:`,
    '',
    ...ruleTable(policies),
    ...leftLines(policies),
    ...hidden,
  ];
}

/** Rules that have to be replaced, with what would replace them. */
export function ruleTable(rules: Preview['policies']): string[] {
  const rows = rules.map(({ namespace, policy, path, capabilities, replacement }) => {
    const elsewhere =
      replacement.namespace === namespace ? '' : `, in ${namespaceName(replacement.namespace)}`;
    return [namespaceName(namespace), policy, path, capabilities.join(','), replacement.path + elsewhere];
  });
  return columns([['NAMESPACE', 'POLICY', 'RULE', 'CAPABILITIES', 'REPLACEMENT RULE'], ...rows]);
}

/** The rules that the move does not change although it is to change policies. */
export function leftLines(rules: Preview['policies']): string[] {
  const left = new Map(rules.map(({ policy, path, left_because }) => [`${policy}: ${path}`, left_because]));
  return [...left].flatMap(([rule, why]) => (why === undefined ? [] : [`Left as it is, ${rule}: ${why}.`]));
}

/** The rules of policies that the token may not read. */
export function hiddenLines(rules: Preview['hidden_policy_rules']): string[] {
  return Object.entries(rules).map(([namespace, number]) => {
    const what = `${counted(number, 'rule')} in policies of ${namespaceName(namespace)} that the token may not read`;
    return `${what} would not match the mount at its target.`;
  });
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}
