/** The fields of a bulk run, except its status. */

import type { BulkInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { Facts } from '../parts/facts.ts';
import { Time } from '../parts/time.ts';
import { linkTo } from '../route.ts';
import { policyFacts } from '../words/policyWords.ts';
import { requesterIn } from '../words/requester.ts';

export function BulkFacts({ info }: { info: BulkInfo }) {
  const { waiting_for: waiting = info.waiting_for, nodes = [] } = info.cluster ?? {};
  const late = nodes.filter(({ state }) => state === 'stale' || state === 'unreachable');
  return html`
    <${Facts}
      facts=${[
        ['Reason', info.reason ?? html`<span class="hint">none given</span>`],
        ['Requested by', requesterIn(info.requested_by)],
        ['Accepted', html`<${Time} at=${info.created_time} />`],
        info.finished_time && ['Ended', html`<${Time} at=${info.finished_time} />`],
        ...policyFacts(info.policies),
        waiting && ['Waiting', waiting],
        ...late.map(({ address, state }) => ['Node', `${address} is ${state}`]),
        info.cancel_reason && ['Reason for the cancellation', info.cancel_reason],
        info.atomic && ['All or nothing', 'yes'],
        ['Stops after failures', info.tolerated_failures === '100%' ? 'never' : info.tolerated_failures],
        info.undo_of && ['Undo of', html`<a href=${linkTo('bulk', info.undo_of)}>${info.undo_of}</a>`],
      ].map((fact) => fact || undefined)}
    />`;
}
