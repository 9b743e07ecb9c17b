/** Plans a bulk run, and starts it after the user has seen a plan without problems. */

import { useRef, useState } from 'preact/hooks';
import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { Heading } from '../parts/heading.ts';
import { Refusal } from '../parts/refusal.ts';
import { Warnings } from '../parts/warnings.ts';
import { goTo } from '../route.ts';
import { type BulkOrder, planBulk, startBulk } from '../service/bulk.ts';
import { newKey, type Warned } from '../service/request.ts';
import { type Session, useSession } from '../service/session.ts';
import { useKept } from '../watch/useKept.ts';
import { useTask } from '../watch/useTask.ts';
import { movesAsCsv } from '../words/movesAsCsv.ts';
import { readRules, withHeader } from '../words/readRules.ts';
import { BulkPlanView } from './bulkPlanView.ts';
import { OrderFields, type OrderForm } from './orderFields.ts';

interface Planned {
  order: BulkOrder;
  plan: Warned<PlanInfo>;
  key: string;
}

const NOTHING: OrderForm = {
  kind: 'moves',
  text: '',
  reason: '',
  tolerated: '',
  atomic: false,
  policies: 'keep',
};

const FORM = 'newBulk';

/** Prepares the form with moves, for when it is opened next. */
export function keepOrder(session: Session, moves: { from: string; to: string }[], reason: string): void {
  session.kept.set(FORM, { key: '', value: { ...NOTHING, text: movesAsCsv(moves), reason } });
}

export function NewBulk() {
  const session = useSession();
  const [typed = NOTHING, setTyped] = useKept<OrderForm>(FORM, '');
  // A file is read while a person may type on.
  const latest = useRef(typed);
  latest.current = typed;
  const [planned, setPlanned] = useState<Planned>();
  const task = useTask();

  const onTyped = (part: Partial<OrderForm>) => {
    setTyped({ ...latest.current, ...part });
    if ('reason' in part) return;
    setPlanned(undefined);
    task.forget();
  };
  const onPlan = (event: Event) => {
    event.preventDefault();
    void task.run(async () => {
      setPlanned(undefined);
      const order = orderOf(typed);
      setPlanned({ order, plan: await planBulk(session, order), key: newKey() });
    });
  };
  const onStart = () =>
    task.run(async () => {
      if (!planned) return;
      try {
        const id = await startBulk(session, planned.order, typed.reason.trim(), planned.key);
        setTyped(NOTHING);
        goTo('bulk', id);
      } catch (error) {
        // The state that was planned for has changed.
        setPlanned(undefined);
        throw error;
      }
    });

  const canStart = planned !== undefined && planned.plan.problems.length === 0 && planned.plan.total > 0;
  return html`
    <div>
      <${Heading} title="Plan a bulk run" isFocused=${false} />
      <form class="card" onSubmit=${onPlan}>
        <${OrderFields} typed=${typed} onTyped=${onTyped} />
        <${Warnings} warnings=${planned?.plan.warnings ?? []} />
        <div class="actions">
          <button type="submit" class=${canStart ? '' : 'main'} disabled=${task.busy}>See the plan</button>
          <button type="button" class=${canStart ? 'main' : ''} disabled=${!canStart || task.busy} onClick=${onStart}>
            Start the run
          </button>
          ${!planned && html`<span class="hint">You see the plan before anything moves.</span>`}
        </div>
        <${Refusal} refused=${task.refused} />
      </form>
      ${planned && html`<${BulkPlanView} plan=${planned.plan} />`}
    </div>`;
}

function orderOf({ kind, text, atomic, tolerated, policies }: OrderForm): BulkOrder {
  const what = kind === 'moves' ? { csv: withHeader(text) } : { rules: readRules(text) };
  return { ...what, atomic, policies, ...(tolerated.trim() && { tolerated_failures: tolerated.trim() }) };
}
