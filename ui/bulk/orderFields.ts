/** The form fields of a bulk run: the moves or rules, typed, pasted or from a file, and the options. */

import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { html } from '../html.ts';
import { Field } from '../parts/field.ts';
import { PolicyChoice } from '../parts/policyChoice.ts';
import type { PolicyMode } from '../service/migrations.ts';

export interface OrderForm {
  kind: 'moves' | 'rules';
  text: string;
  reason: string;
  tolerated: string;
  atomic: boolean;
  policies: PolicyMode;
}

const KINDS: [kind: OrderForm['kind'], title: string, hint: string, example: string][] = [
  [
    'moves',
    'A list of moves',
    'CSV: one move per line, source and target separated by a comma.',
    'team-a/kv,archive/team-a/kv\nteam-b/kv,archive/team-b/kv',
  ],
  [
    'rules',
    'Rules',
    'One rule per line. + matches one part of a path, * at the end the rest. Both sides have the same wildcards.',
    'team-a/*,archive/team-a/*',
  ],
];

export function OrderFields({
  typed,
  onTyped,
}: {
  typed: OrderForm;
  onTyped: (part: Partial<OrderForm>) => void;
}) {
  const id = useId();
  const text = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => text.current?.focus({ preventScroll: true }), []);
  const [, , hint, example] = KINDS.find(([kind]) => kind === typed.kind) ?? [];
  const onFile = async ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    const read = await currentTarget.files?.[0]?.text();
    if (read !== undefined) onTyped({ text: read });
  };
  return html`
    <div class="stack">
      <fieldset>
        <legend>What to move</legend>
        ${KINDS.map(
          ([kind, title]) => html`
          <label class="choice">
            <input type="radio" name=${id} checked=${typed.kind === kind} onChange=${() => onTyped({ kind })} /> ${title}
          </label>`,
        )}
      </fieldset>
      <div class="field">
        <label for=${`${id}-text`}>${typed.kind === 'moves' ? 'Moves' : 'Rules'}</label>
        <textarea
          ref=${text} id=${`${id}-text`} class="exact" rows="8" required spellcheck=${false} autocapitalize="none"
          placeholder=${example} aria-describedby=${`${id}-hint`} value=${typed.text}
          onInput=${({ currentTarget }: { currentTarget: HTMLTextAreaElement }) => onTyped({ text: currentTarget.value })}
        ></textarea>
        <p class="hint" id=${`${id}-hint`}>${hint}</p>
      </div>
      <div class="field">
        <label for=${`${id}-file`}>Or from a file</label>
        <input id=${`${id}-file`} type="file" accept=".csv,.txt,text/csv,text/plain" onChange=${onFile} />
      </div>
      <${PolicyChoice} mode=${typed.policies} onMode=${(policies: PolicyMode) => onTyped({ policies })} />
      <div class="pair">
        <${Field}
          label="Stop after this many failures (optional)" value=${typed.tolerated}
          onValue=${(tolerated: string) => onTyped({ tolerated })}
          hint="A number or a percentage such as 10%. Without it, the run does not stop early."
        />
        <${Field}
          label="Reason (optional)" value=${typed.reason} maxLength=${250}
          onValue=${(reason: string) => onTyped({ reason })} hint="Stored with the run and each of its moves"
        />
      </div>
      <label class="choice">
        <input
          type="checkbox" checked=${typed.atomic}
          onChange=${({ currentTarget }: { currentTarget: HTMLInputElement }) => onTyped({ atomic: currentTarget.checked })}
        /> All or nothing, in one transaction (about 24 moves at most)
      </label>
    </div>`;
}
