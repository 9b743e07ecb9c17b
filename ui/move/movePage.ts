/** Plans a move, and starts it after the user has seen the plan. */

import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Field } from '../parts/field.ts';
import { Heading } from '../parts/heading.ts';
import { PolicyChoice } from '../parts/policyChoice.ts';
import { Refusal } from '../parts/refusal.ts';
import { SelectField } from '../parts/selectField.ts';
import { Warnings } from '../parts/warnings.ts';
import { goTo } from '../route.ts';
import { type Move, type MovePlan, type PolicyMode, planMove, startMove } from '../service/migrations.ts';
import { movableMounts } from '../service/mounts.ts';
import { newKey } from '../service/request.ts';
import { useSession } from '../service/session.ts';
import { useTask } from '../watch/useTask.ts';
import { ALIAS_TIMES } from '../words/aliasWords.ts';
import { PlannedMove } from './plannedMove.ts';

const OLD_PATH = [
  ['', 'Stops answering'],
  ...ALIAS_TIMES.map(([ttl, words]) => [ttl, `Answers for ${words}`]),
];

/** A plan, and the idempotency key for its start. */
interface Planned {
  move: Move;
  plan: MovePlan;
  key: string;
}

export function MovePage() {
  const session = useSession();
  const [move, setMove] = useState<Required<Move>>({
    from: '',
    to: '',
    policies: 'keep',
    alias_ttl: undefined,
  });
  const [reason, setReason] = useState('');
  const [planned, setPlanned] = useState<Planned>();
  const [mounts, setMounts] = useState<string[]>([]);
  const task = useTask();

  useEffect(() => {
    // These are only suggestions. If the request fails, the user types the path.
    movableMounts(session).then(setMounts, () => {});
  }, [session]);

  const onMove = (part: Partial<Move>) => {
    setMove({ ...move, ...part });
    setPlanned(undefined);
    task.forget();
  };
  const onPlan = (event: Event) => {
    event.preventDefault();
    void task.run(async () => {
      setPlanned(undefined);
      setPlanned({ move, plan: await planMove(session, move), key: newKey() });
    });
  };
  const onStart = () =>
    task.run(async () => {
      if (!planned) return;
      try {
        goTo('migrations', await startMove(session, planned.move, reason.trim(), planned.key));
      } catch (error) {
        // The state that was planned for has changed.
        setPlanned(undefined);
        throw error;
      }
    });

  return html`
    <div>
      <${Heading} title="Move a mount" isFocused=${false} />
      <form class="card" onSubmit=${onPlan}>
        <div class="pair">
          <${Field}
            label="From" value=${move.from} onValue=${(from: string) => onMove({ from })} required exact isFirst choices=${mounts}
            hint="A mount such as secret/ or auth/approle/"
          />
          <${Field}
            label="To" value=${move.to} onValue=${(to: string) => onMove({ to })} required exact
            hint="An unused path. Example with a namespace: team-a/secret/"
          />
        </div>
        <${PolicyChoice} mode=${move.policies} onMode=${(policies: PolicyMode) => onMove({ policies })} />
        <div class="pair">
          <${SelectField}
            label="Old path" value=${move.alias_ttl ?? ''} choices=${OLD_PATH}
            onValue=${(ttl: string) => onMove({ alias_ttl: ttl || undefined })}
            hint="While it answers, you see who still uses it"
          />
          <${Field}
            label="Reason (optional)" value=${reason} onValue=${setReason} maxLength=${250}
            hint="Stored with the migration"
          />
        </div>
        <${Warnings} warnings=${planned?.plan.warnings ?? []} />
        <div class="actions">
          <button type="submit" class=${planned ? '' : 'main'} disabled=${task.busy}>See the plan</button>
          <button type="button" class=${planned ? 'main' : ''} disabled=${!canStart(planned) || task.busy} onClick=${onStart}>
            Start the move
          </button>
          ${!planned && html`<span class="hint">You see the plan before anything moves.</span>`}
        </div>
        <${Refusal} refused=${task.refused} />
      </form>
      <p role="status" class="unseen">${planned && 'The plan is ready.'}</p>
      ${planned && html`<${PlannedMove} plan=${planned.plan} />`}
    </div>`;
}

/** False if the move was already made: the service would only return that migration. */
function canStart(planned: Planned | undefined): boolean {
  return planned !== undefined && planned.plan.migration_id === undefined;
}
