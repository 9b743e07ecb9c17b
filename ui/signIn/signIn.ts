/** Asks for a token, which is kept in memory only. */

import { useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Field } from '../parts/field.ts';
import { Heading } from '../parts/heading.ts';
import { Refusal } from '../parts/refusal.ts';
import type { Session } from '../service/session.ts';
import { signIn } from '../service/tokens.ts';
import { useTask } from '../watch/useTask.ts';

export function SignIn({ onSession }: { onSession: (session: Session) => void }) {
  const [token, setToken] = useState('');
  const [namespace, setNamespace] = useState('');
  const task = useTask();
  const onSubmit = (event: Event) => {
    event.preventDefault();
    void task.run(async () => onSession(await signIn(token, namespace)));
  };
  return html`
    <form class="card" onSubmit=${onSubmit}>
      <${Heading} title="Sign in to Remount" isFocused=${false} />
      <p>Move mounts, watch the moves, and undo them.</p>
      <${Field}
        label="Token" value=${token} onValue=${setToken} type="password" required exact isFirst
        hint="Stored in the memory of this page only. Reloading or closing the page deletes it."
      />
      <${Field}
        label="Namespace (optional)" value=${namespace} onValue=${setNamespace} exact
        hint="A path such as team-a/. Leave it empty for the root namespace."
      />
      <${Refusal} refused=${task.refused} />
      <div class="actions"><button type="submit" class="main" disabled=${task.busy}>Sign in</button></div>
    </form>`;
}
