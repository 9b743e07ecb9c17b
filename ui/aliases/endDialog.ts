/** Asks whether to end an old path. */

import { type Children, html } from '../html.ts';
import { AskDialog } from '../parts/askDialog.ts';
import { type AliasPlace, endAlias } from '../service/aliases.ts';
import { useSession } from '../service/session.ts';
import { many } from '../words/format.ts';

export interface EndProps {
  place: AliasPlace;
  /** The old path, as it is shown. */
  shown: Children;
  /** How many use it. */
  callers: number;
  onClose: () => void;
  onEnded: () => void;
}

export function EndDialog({ place, shown, callers, onClose, onEnded }: EndProps) {
  const session = useSession();
  const onYes = async () => {
    await endAlias(session, place);
    onClose();
    onEnded();
  };
  return html`
    <${AskDialog} title="End the old path?" yes="End the old path" no="Keep it" onYes=${onYes} onClose=${onClose}>
      <p>Requests to ${shown} are answered with 404 from then on. Only another move can leave the path again.</p>
      <p>${callers === 0 ? 'Nobody has used it since the move.' : `${many(callers, 'caller')} used it since the move.`}</p>
    <//>`;
}
