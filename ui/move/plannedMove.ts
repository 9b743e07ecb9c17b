/** The answer to a dry run: what the move would do, or that it was already made. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { html } from '../html.ts';
import { linkTo } from '../route.ts';
import type { MovePlan } from '../service/migrations.ts';
import { PlanView } from './planView.ts';

export function PlannedMove({ plan }: { plan: MovePlan }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return html`
    <section class="card">
      <h2 ref=${heading} tabindex="-1">What this move would do</h2>
      ${
        plan.migration_id === undefined
          ? html`<${PlanView} plan=${plan} />`
          : html`<p>Nothing: this move was already made. <a href=${linkTo('migrations', plan.migration_id)}>See its status</a>.</p>`
      }
    </section>`;
}
