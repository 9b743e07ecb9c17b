/** Asks for a new token over the view, which stays as it is with all that was typed. */

import { useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Dialog } from '../parts/dialog.ts';
import { Field } from '../parts/field.ts';
import { Refusal } from '../parts/refusal.ts';
import type { Session } from '../service/session.ts';
import { signIn } from '../service/tokens.ts';
import { useTask } from '../watch/useTask.ts';
import { namespaceName } from '../words/format.ts';

export interface SignInAgainProps {
  namespace: string;
  onSession: (session: Session) => void;
  onSignOut: () => void;
  onClose: () => void;
}

export function SignInAgain({ namespace, onSession, onSignOut, onClose }: SignInAgainProps) {
  const [token, setToken] = useState('');
  const task = useTask();
  const onSubmit = (event: Event) => {
    event.preventDefault();
    void task.run(async () => onSession(await signIn(token, namespace)));
  };
  return html`
    <${Dialog} title="Sign in again" onClose=${onClose}>
      <form onSubmit=${onSubmit}>
        <p>The service no longer accepts your token: it has expired, or was revoked. What you typed stays here.</p>
        <${Field}
          label="Token" value=${token} onValue=${setToken} type="password" required exact isFirst
          hint=${`For ${namespaceName(namespace)}`}
        />
        <${Refusal} refused=${task.refused} />
        <div class="actions">
          <button type="submit" class="main" disabled=${task.busy}>Sign in</button>
          <button type="button" onClick=${onSignOut}>Sign out</button>
        </div>
      </form>
    <//>`;
}
