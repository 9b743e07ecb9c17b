/** Explains failures: what happened, and what to do. Pure. */

import type { Refused } from '../service/refused.ts';

export interface Advice {
  what: string;
  todo: string;
}

/** For failed migrations, by `error.code` (docs/migrations.md). A failed migration of a native mount has changed nothing. */
const OF_MIGRATIONS: Record<string, Advice> = {
  source_gone: {
    what: 'Somebody disabled or moved the mount before this move could switch it.',
    todo: 'Find out where the mount is now. If you still want the move, plan it from there.',
  },
  target_in_use: {
    what: 'The target was taken before this move could switch the mount.',
    todo: 'Choose another target, or free this one, and plan the move again.',
  },
  namespace_gone: {
    what: 'The namespace of the source or the target has been deleted.',
    todo: 'Choose a target in another namespace.',
  },
  namespace_locked: {
    what: 'The namespace of the source or the target was locked before this move could switch the mount.',
    todo: 'Have the namespace unlocked, and plan the move again.',
  },
  not_switched_in_time: {
    what: 'The mount could not be switched within 15 minutes, because of conflicts or an outage.',
    todo: 'Start the move again.',
  },
  lease_not_revoked: {
    what: 'A lease could not be revoked, so the mount was not moved. It is served at its source.',
    todo: 'Repair what the lease belongs to, such as its database, and plan the move again.',
  },
  drain_not_converging: {
    what: 'The mount issues leases faster than they can be revoked. It is served at its source.',
    todo: 'Move it when fewer clients ask, or allow a longer refusal of requests.',
  },
  policy_refused: {
    what: 'The cluster did not take the new text of a policy. Nothing was revoked, and the mount is served at its source.',
    todo: 'See which policy was left and why, and plan the move again, if need be without changing policies.',
  },
  move_refused: {
    what: 'The cluster refused the move. The mount is served at its source.',
    todo: 'Read the words of the cluster below, and plan the move again.',
  },
  move_failed: {
    what: 'The cluster failed to move the mount several times. It is served at its source.',
    todo: 'Look into the log of the cluster for the reason.',
  },
  mount_tainted: {
    what: 'The cluster refuses all requests to the mount after a failed move.',
    todo: 'Find out which lease cannot be revoked, then start the move again: that brings it back.',
  },
  half_moved: {
    what: 'The mount is at both ends, and neither may have all of its keys.',
    todo: 'Write to neither, and follow "A half moved mount" in docs/cluster.md.',
  },
  mount_elsewhere: {
    what: 'Somebody else has moved the mount to a third place.',
    todo: 'Find out who, and plan the move from where the mount is now.',
  },
  mount_gone: {
    what: 'The mount was disabled while it was to be moved.',
    todo: 'Find out who disabled it.',
  },
  nodes_stale: {
    what: 'The mount is at its target on the active node, and some nodes still serve the old path.',
    todo: 'Restart these nodes one after the other, or make each of them the leader once.',
  },
  cluster_unavailable: {
    what: 'The cluster did not answer for a day.',
    todo: 'When it answers again, look where the mount is.',
  },
  cluster_forbids: {
    what: 'The policy of the service lacks a right on the cluster.',
    todo: 'Add the line that the message names, and start the move again.',
  },
  row_before_failed: {
    what: 'A move that had to come first has failed, so this one was not started.',
    todo: 'See why that move failed, and plan both again.',
  },
  mount_claimed: {
    what: 'Another migration was moving the mount already.',
    todo: 'Look at that migration, and plan the move again when it has ended.',
  },
  cancelled: {
    what: 'Somebody cancelled the move before the mount was switched.',
    todo: 'If you still want the move, plan it again.',
  },
};

export function adviceOnMigration(code: string): Advice {
  const unknown = { what: 'The move failed.', todo: 'Read the message below, then plan the move again.' };
  return OF_MIGRATIONS[code] ?? unknown;
}

/** For refusals, by the service's text. The first match counts. */
const OF_TEXTS: [RegExp, Advice][] = [
  [
    // For a valid token without the capability, Vault's router puts a frame around this text.
    /^permission denied$/,
    {
      what: 'The service does not accept this token: it is wrong, has expired, or was revoked.',
      todo: 'Sign in with another one. A token is valid in its own namespace and those below.',
    },
  ],
  [
    /^no matching mount at /,
    {
      what: 'There is no mount at the source path.',
      todo: 'Check the path. It is relative to your namespace. Paths of auth methods start with auth/.',
    },
  ],
  [
    /^path already in use at /,
    { what: 'The target is already in use.', todo: 'Choose another target, or free this one first.' },
  ],
  [
    /^cannot remount auth mount to non-auth mount/,
    { what: 'The target of an auth method must be an auth path.', todo: 'Start the target with auth/.' },
  ],
  [
    /^cannot remount /,
    {
      what: 'One of these paths belongs to a built-in mount.',
      todo: 'Built-in mounts cannot be moved or replaced. Choose another path.',
    },
  ],
  [
    /^invalid destination mount/,
    { what: 'The target is not a valid mount path.', todo: 'Correct it. The reason is below.' },
  ],
  [
    /cannot contain trailing whitespace$/,
    { what: 'A path starts or ends with a space.', todo: 'Remove the space.' },
  ],
  [
    /has been switched already/,
    {
      what: 'It is too late to cancel: the mount is already at its target.',
      todo: 'Undo the migration instead.',
    },
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
      what: 'The mount has moved again, so this migration cannot be undone.',
      todo: 'Find out where the mount is now, and move it from there.',
    },
  ],
  [
    /^the migration has failed, /,
    {
      what: 'The migration failed.',
      todo: 'There is nothing to undo.',
    },
  ],
  [
    /^the token may not write policies /,
    {
      what: 'Your token may not write policies that this would change.',
      todo: 'Ask for a policy with update on the policies that are named below.',
    },
  ],
  [
    /reaches outside this namespace/,
    {
      what: 'The source or the target of the migration is outside your namespace.',
      todo: 'Sign in to a namespace above its source and target.',
    },
  ],
  [
    /^namespace .* has been deleted/,
    { what: 'The namespace that the mount came from has been deleted.', todo: 'Choose another target.' },
  ],
  [
    /must be unlocked to gain access/,
    {
      what: 'A namespace is locked.',
      todo: 'Have the namespace that is named below unlocked, then try again.',
    },
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
    { what: 'Two rows move the same mount.', todo: 'Keep one of them. A run moves a mount once.' },
  ],
  [
    /^row \d+ has the same target|^the target lies in that of row/,
    { what: 'The targets of two rows collide.', todo: 'Change one of the targets.' },
  ],
  [
    /^rule \d+ matches no mount/,
    { what: 'A rule matches no mount.', todo: 'Check its source, or remove it.' },
  ],
  [
    /^the bulk run has ended/,
    { what: 'It is too late to cancel: the run has ended.', todo: 'Undo the run instead.' },
  ],
  [
    /^the bulk run is still in progress/,
    { what: 'The run has not ended yet.', todo: 'Wait, or cancel it first.' },
  ],
  [
    /^no move of the bulk run has succeeded/,
    { what: 'No move of the run succeeded.', todo: 'There is nothing to undo.' },
  ],
];

/** For all other refusals, by the status code. */
const OF_STATUSES: Record<number, Advice> = {
  0: {
    what: 'The service cannot be reached.',
    todo: 'Check your connection, then try again.',
  },
  400: { what: 'The request is not valid.', todo: 'Correct it. The reason is below.' },
  404: {
    what: 'This does not exist, or your namespace cannot see it.',
    todo: 'Check the address, or sign in to another namespace.',
  },
  409: { what: 'The current status does not allow this.', todo: 'Check the status. The reason is below.' },
  413: { what: 'The request is too large.', todo: 'Send it in parts.' },
  422: { what: 'The plan has changed since the first try.', todo: 'See the plan again.' },
  429: { what: 'Too many requests.', todo: 'Wait a moment, then try again.' },
};

const OF_SERVER: Advice = {
  what: 'The service could not answer.',
  todo: 'Try again in a moment. An accepted move continues by itself.',
};

type Answered = Pick<Refused, 'status' | 'texts'> & Partial<Pick<Refused, 'need'>>;

export function adviceOnRefusal({ status, texts, need }: Answered): Advice {
  const known = OF_TEXTS.find(([pattern]) => texts.some((text) => pattern.test(text)));
  if (known) return known[1];
  return status === 403 ? notAllowed(need) : (OF_STATUSES[status] ?? OF_SERVER);
}

function notAllowed(need: Refused['need']): Advice {
  return {
    what: 'Your token is not allowed to do this here.',
    todo: need
      ? `Ask for a policy with ${need.capabilities} on ${need.path}.`
      : 'Ask for a policy that allows it.',
  };
}

/** Removes the frame that Vault's router puts around an error. */
export function plainText(text: string): string {
  const [, only] = /^1 error occurred:\s*\* (.*?)\s*$/s.exec(text) ?? [];
  return only ?? text.trim();
}
