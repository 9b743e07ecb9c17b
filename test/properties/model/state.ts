/**
 * The state that the service should have, without a store: namespaces, mounts with their data, migrations, credentials.
 *
 * Serial numbers identify things, as ids do in the service: a namespace that is created again is a new one.
 */

export type Type = 'kv' | 'leased' | 'userpass';

export interface Space {
  serial: number;
  /** Absolute, with a trailing slash; empty for the root. */
  path: string;
}

/** The source or target of a move. */
export interface Place {
  space: number;
  /** Relative to the namespace, with a trailing slash. */
  path: string;
  /** The whole path at the time of the request. */
  full: string;
}

export interface Mount {
  serial: number;
  space: number;
  path: string;
  type: Type;
  description: string;
  generation: number;
  data: Record<string, string>;
  /** The migration that moved the mount to this path, and its source. */
  moved?: { by: number; space: number; path: string };
}

export type Outcome = 'open' | 'moved' | 'cancelled' | 'namespace_gone' | 'source_gone' | 'target_in_use';

export interface Migration {
  mount: number;
  source: Place;
  target: Place;
  /** The generation of the mount when the migration was accepted. */
  accepted: number;
  /** For an undo: the only generation in which it moves the mount. */
  only?: number;
  undoOf?: number;
  outcome: Outcome;
  /** The generation of the mount after the switch. */
  generation?: number;
  /** Whether the mount leaves an alias at its source. */
  leaves?: boolean;
}

/** The old path of a mount, which still answers. */
export interface Alias {
  space: number;
  path: string;
  mount: number;
  /** The migration that has left it. */
  by: number;
}

/** A lease or token that a mount has issued. */
export interface Credential {
  mount: number;
  generation: number;
  revoked: boolean;
  /** The migration that has left the alias in another namespace at which it was issued. */
  through?: number;
}

export interface State {
  spaces: Space[];
  mounts: Mount[];
  aliases: Alias[];
  migrations: Migration[];
  credentials: Credential[];
  /** The next serial number. */
  next: number;
}

export function emptyState(): State {
  return {
    spaces: [{ serial: 0, path: '' }],
    mounts: [],
    aliases: [],
    migrations: [],
    credentials: [],
    next: 1,
  };
}

/** Whether a credential of a mount is still valid (R5). */
export function isUsable(state: State, { mount, generation, revoked, through }: Credential): boolean {
  const issuer = state.mounts.find(({ serial }) => serial === mount);
  const isShut = through !== undefined && !state.aliases.some(({ by }) => by === through);
  return issuer !== undefined && issuer.generation === generation && !revoked && !isShut;
}

export function spaceOf(state: State, { space }: { space: number }): Space {
  return state.spaces.find(({ serial }) => serial === space) as Space;
}

export function fullPath(state: State, at: { space: number; path: string }): string {
  return spaceOf(state, at).path + at.path;
}
