/** What a move would do: source and target, what it revokes, what happens to policies. */

import { html } from '../html.ts';
import { Facts } from '../parts/facts.ts';
import { Lane } from '../parts/lane.ts';
import { MountPath } from '../parts/mountPath.ts';
import type { MovePlan } from '../service/migrations.ts';
import { count, duration, many, namespaceName } from '../words/format.ts';
import { endsOf } from '../words/paths.ts';
import { PlannedAliases } from './plannedAliases.ts';
import { PolicyChanges } from './policyChanges.ts';
import { PolicyRules } from './policyRules.ts';

export function PlanView({ plan }: { plan: MovePlan }) {
  const { estimate, alias, aliases } = plan;
  const { source, target } = endsOf(plan);
  return html`
    <div class="stack">
      <p class="move large"><${MountPath} ...${source} /> <span class="to">to</span> <${MountPath} ...${target} /></p>
      <${Facts}
        facts=${[
          ['Engine', plan.type],
          ['Namespace', namespacesOf(plan)],
          ['Takes about', duration(estimate.seconds * 1_000)],
          alias && ['Old path', `Answers for ${duration(alias.ttl * 1_000)} after the move`],
        ].map((fact) => fact || undefined)}
      />
      <${Revoked} plan=${plan} />
      ${aliases && html`<${PlannedAliases} aliases=${aliases} />`}
      <${Policies} plan=${plan} />
    </div>`;
}

function Policies({ plan }: { plan: MovePlan }) {
  const { policies, hidden_policy_rules: hidden, policy_changes: changes } = plan;
  const cause = 'undo_of' in plan ? 'undo' : 'move';
  // The others are among the changes.
  const missed = changes && cause === 'move' ? policies.filter(({ left_because }) => left_because) : policies;
  const areMissed = missed.length > 0 || !isEmpty(hidden);
  const areChanged = changes !== undefined && !isNone(changes);
  if (!areMissed && !areChanged) {
    return html`<section><h3>Policies</h3><p>No policy names the mount by its old path.</p></section>`;
  }
  return html`
    <div class="stack">
      ${areChanged && html`<${PolicyChanges} ...${changes} cause=${cause} />`}
      ${areMissed && html`<${PolicyRules} rules=${missed} hidden=${hidden} />`}
    </div>`;
}

function isNone({ changes, left, hidden }: NonNullable<MovePlan['policy_changes']>): boolean {
  return changes.length === 0 && left.length === 0 && isEmpty(hidden);
}

function isEmpty(counts: Record<string, number>): boolean {
  return Object.keys(counts).length === 0;
}

function namespacesOf({ namespaces_crossed, source_namespace, target_namespace }: MovePlan): string {
  return namespaces_crossed
    ? `From ${namespaceName(source_namespace)} into ${namespaceName(target_namespace)}`
    : `Stays in ${namespaceName(source_namespace)}`;
}

function Revoked({ plan: { revokes, alias } }: { plan: MovePlan }) {
  const { kind, total, by_role: byRole, complete } = revokes;
  const one = kind === 'tokens' ? 'token' : 'lease';
  if (total === 0) {
    return html`<section><h3>What it revokes</h3><p>Nothing: the mount has no live ${kind}. Stored data stays as it is.</p></section>`;
  }
  const byNumber = Object.entries(byRole).sort(([, one], [, other]) => other - one);
  const most = byNumber[0]?.[1] ?? 1;
  return html`
    <section>
      <h3>What it revokes</h3>
      <p>
        <strong>${complete ? '' : 'At least '}${many(total, one)}</strong> ${total === 1 ? 'stops' : 'stop'} working
        at once. Their users must get new ones at the ${alias ? 'old or the ' : ''}new path. Stored data stays as it is.
      </p>
      ${byNumber.length === 0 && html`<p>Your token may not list them by role.</p>`}
      <table class="figures" hidden=${byNumber.length === 0}>
        <thead><tr><th scope="col">Role</th><th><span class="unseen">Share</span></th><th scope="col" class="number">${kind === 'tokens' ? 'Tokens' : 'Leases'}</th></tr></thead>
        <tbody>
          ${byNumber.map(
            ([role, number]) => html`
              <tr><td>${role === '' ? 'without a role' : html`<code>${role}</code>`}</td><td class="share"><${Lane} to=${number / most} /></td><td class="number">${count(number)}</td></tr>`,
          )}
        </tbody>
      </table>
    </section>`;
}
