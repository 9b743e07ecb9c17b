/** The policy rules that would not match the mount at its target, each with its replacement. */

import type { AffectedRule, Preview } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { many, namespaceName } from '../words/format.ts';

interface RulesProps {
  rules: AffectedRule[];
  /** How many rules the person may not read, by namespace. */
  hidden: Preview['hidden_policy_rules'];
}

export function PolicyRules({ rules, hidden }: RulesProps) {
  const others = Object.entries(hidden);
  return html`
    <section>
      <h3>Policies that would no longer match</h3>
      <p>The move leaves these policies as they are. Add the new rules before you start, so that nobody loses access.</p>
      <ul class="rules">${rules.map((rule) => html`<${Rule} ...${rule} />`)}</ul>
      ${others.map(
        ([namespace, number]) =>
          html`<p>${many(number, 'rule')} in policies of ${namespaceName(namespace)} that your token may not read.</p>`,
      )}
    </section>`;
}

function Rule({ namespace, policy, path, capabilities, replacement, left_because: why }: AffectedRule) {
  const isElsewhere = replacement.namespace !== namespace;
  return html`
    <li>
      <p>
        Policy <strong>${policy}</strong> in ${namespaceName(namespace)}${
          isElsewhere &&
          html`<span>; the new rule belongs in a policy of <strong>${namespaceName(replacement.namespace)}</strong></span>`
        }${why && html`<span>; it stays: ${why}</span>`}
      </p>
      <div class="pair">
        <figure><figcaption>Now</figcaption><pre tabindex="0">${ruleText(path, capabilities)}</pre></figure>
        <figure><figcaption>Replacement</figcaption><pre tabindex="0">${ruleText(replacement.path, capabilities)}</pre></figure>
      </div>
    </li>`;
}

function ruleText(path: string, capabilities: string[]): string {
  const list = capabilities.map((capability) => JSON.stringify(capability)).join(', ');
  return `path ${JSON.stringify(path)} {\n  capabilities = [${list}]\n}`;
}
