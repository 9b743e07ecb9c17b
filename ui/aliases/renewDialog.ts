/** Asks for how long an old path is to answer from now on. */

import { useState } from 'preact/hooks';
import type { AliasDetails } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { AskDialog } from '../parts/askDialog.ts';
import { SelectField } from '../parts/selectField.ts';
import { type AliasPlace, renewAlias } from '../service/aliases.ts';
import { useSession } from '../service/session.ts';
import { ALIAS_TIMES } from '../words/aliasWords.ts';

export interface RenewProps {
  place: AliasPlace;
  onClose: () => void;
  onRenewed: (alias: AliasDetails) => void;
}

export function RenewDialog({ place, onClose, onRenewed }: RenewProps) {
  const session = useSession();
  const [ttl, setTtl] = useState<string>(ALIAS_TIMES[2][0]);
  const onYes = async () => {
    onRenewed(await renewAlias(session, place, ttl));
    onClose();
  };
  return html`
    <${AskDialog} title="Renew the old path?" yes="Renew" no="Close" isHarmless onYes=${onYes} onClose=${onClose}>
      <${SelectField} label="Answers from now on for" value=${ttl} onValue=${setTtl} choices=${ALIAS_TIMES} />
    <//>`;
}
