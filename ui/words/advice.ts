/** What a failure means to a person, and what to do. Pure. */

import type { Refused } from '../service/refused.ts';

export interface Advice {
  what: string;
  todo: string;
}

/** Of migrations that have failed, by `error.code` (docs/migrations.md). None of them has changed anything. */
const OF_MIGRATIONS: Record<string, Advice> = {
  source_gone: {
    what: 'The mount was disabled, or moved by someone else, before this move reached it.',
    todo: 'Look where the mount is now, and plan the move from there if it is still wanted.',
  },
  target_in_use: {
    what: 'Something else came to the target first.',
    todo: 'Choose another target, or free this one, and plan the move again.',
  },
  namespace_gone: {
    what: 'A namespace at one end of the move is being deleted.',
    todo: 'Choose a target in a namespace that stays.',
  },
  not_switched_in_time: {
    what: 'The mount could not be switched within 15 minutes, because of conflicts or an outage.',
    todo: 'Start the move again.',
  },
  cancelled: {
    what: 'Somebody cancelled the move before the mount was switched.',
    todo: 'Nothing. Plan it again if it is still wanted.',
  },
};

export function adviceOnMigration(code: string): Advice {
  const unknown = { what: 'The move has failed.', todo: 'Read the message below, then plan the move again.' };
  return OF_MIGRATIONS[code] ?? unknown;
}

/** By what the service says; the first that fits. */
const OF_TEXTS: [RegExp, Advice][] = [
  [
    // Of a token that is good and may not, Vault says so in the frame of its router.
    /^permission denied$/,
    {
      what: 'The service does not accept this token: it is wrong, has expired, or was revoked.',
      todo: 'Sign in with another one. A token works in its own namespace and those below.',
    },
  ],
  [
    /^no matching mount at /,
    {
      what: 'There is no mount at the source path.',
      todo: 'Check the path. It is relative to your namespace, and auth methods begin with auth/.',
    },
  ],
  [
    /^path already in use at /,
    { what: 'Something is at the target already.', todo: 'Choose another target, or free this one first.' },
  ],
  [
    /^cannot remount auth mount to non-auth mount/,
    { what: 'An auth method stays one.', todo: 'Begin the target with auth/.' },
  ],
  [
    /^cannot remount /,
    {
      what: 'A mount that Vault needs itself is at one of these paths.',
      todo: 'Such a mount can neither be moved nor replaced: choose another path.',
    },
  ],
  [
    /^invalid destination mount/,
    { what: 'The target is not a path that a mount can have.', todo: 'Correct it; the reason is below.' },
  ],
  [/cannot contain trailing whitespace$/, { what: 'A path begins or ends in a space.', todo: 'Remove it.' }],
  [
    /has been switched already/,
    { what: 'It is too late to cancel: the mount is at its target.', todo: 'Undo the migration instead.' },
  ],
  [
    /has not been switched yet/,
    {
      what: 'It is too early to undo: the mount is still at its source.',
      todo: 'Cancel the migration instead.',
    },
  ],
  [
    /^the mount is no longer at /,
    {
      what: 'The mount has moved on since, so this migration cannot be undone.',
      todo: 'Look where the mount is now, and move it from there.',
    },
  ],
  [
    /^the migration has failed, and has changed nothing/,
    {
      what: 'The migration has failed already.',
      todo: 'Nothing has changed, so there is nothing to take back.',
    },
  ],
  [
    /reaches outside this namespace/,
    {
      what: 'The migration begins or ends outside your namespace.',
      todo: 'Sign in to a namespace above its source and target.',
    },
  ],
  [
    /^namespace .* is being deleted/,
    { what: 'A namespace at one end is being deleted.', todo: 'Choose one that stays.' },
  ],
  [
    /^namespace not found/,
    {
      what: 'There is no such namespace, or your token cannot see it.',
      todo: 'Check its path, and sign in again.',
    },
  ],
  [
    /^row \d+ moves the same mount/,
    { what: 'Two rows move one mount.', todo: 'Keep one of them; a mount moves once in a run.' },
  ],
  [
    /^row \d+ has the same target|^the target lies in that of row/,
    { what: 'Two rows want one place.', todo: 'Give one of them another target.' },
  ],
  [
    /^rule \d+ matches no mount/,
    { what: 'A rule matches nothing.', todo: 'Check its source, or leave it out.' },
  ],
  [
    /^the bulk run has ended/,
    { what: 'It is too late to cancel: the run is over.', todo: 'Undo the run instead.' },
  ],
  [/^the bulk run is still in progress/, { what: 'The run is not over.', todo: 'Wait, or cancel it first.' }],
  [
    /^no move of the bulk run has succeeded/,
    { what: 'No move of the run succeeded.', todo: 'There is nothing to undo.' },
  ],
];

/** By the status, for texts that say nothing of their own. */
const OF_STATUSES: Record<number, Advice> = {
  0: {
    what: 'The service cannot be reached.',
    todo: 'Check your connection, then try again. Nothing is lost.',
  },
  400: { what: 'The service does not take this as it is.', todo: 'Correct it; the reason is below.' },
  403: {
    what: 'Your token may not do this here.',
    todo: 'Ask for a policy with update and sudo on sys/remount, to watch with read and list on sys/remount/status.',
  },
  404: {
    what: 'There is no such thing, or it is not to be seen from your namespace.',
    todo: 'Check the address, or sign in to the namespace where it is.',
  },
  409: { what: 'It is not in a state for this.', todo: 'Look at how it stands now; the reason is below.' },
  413: { what: 'That is too much for one request.', todo: 'Send it in parts.' },
  422: { what: 'The plan has changed since it was begun.', todo: 'See the plan again.' },
  429: { what: 'Too many requests.', todo: 'Wait a moment, then try again.' },
};

const OF_SERVER: Advice = {
  what: 'The service could not answer.',
  todo: 'Try again in a moment. A move that was accepted goes on by itself.',
};

export function adviceOnRefusal({ status, texts }: Pick<Refused, 'status' | 'texts'>): Advice {
  const known = OF_TEXTS.find(([pattern]) => texts.some((text) => pattern.test(text)));
  return known?.[1] ?? OF_STATUSES[status] ?? OF_SERVER;
}

/** Without the frame that Vault puts around an error of its router. */
export function plainText(text: string): string {
  const [, only] = /^1 error occurred:\s*\* (.*?)\s*$/s.exec(text) ?? [];
  return only ?? text.trim();
}
