/** Asks whether to end an old path. */

import { html } from '../html.ts';
import { AskDialog } from '../parts/askDialog.ts';
import { type AliasPlace, endAlias } from '../service/aliases.ts';
import { useSession } from '../service/session.ts';
import { many } from '../words/format.ts';

export interface EndProps {
  place: AliasPlace;
  /** How many use it. */
  callers: number;
  onClose: () => void;
  onEnded: () => void;
}

export function EndDialog({ place, callers, onClose, onEnded }: EndProps) {
  const session = useSession();
  const onYes = async () => {
    await endAlias(session, place);
    onClose();
    onEnded();
  };
  return html`
    <${AskDialog} title="End the old path?" yes="End the old path" no="Keep it" onYes=${onYes} onClose=${onClose}>
      <p>Requests to <code>${place.path}</code> are answered with 404 from then on. Only another move can leave the path again.</p>
      <p>${callers === 0 ? 'Nobody has used it since the move.' : `${many(callers, 'caller')} used it since the move.`}</p>
    <//>`;
}
