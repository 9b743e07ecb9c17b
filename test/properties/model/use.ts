/** What the model's mounts serve: secrets, and credentials that the switch revokes. */

import type { Credential, State } from './state.ts';
import type { Answered, Step } from './steps.ts';
import { enter, type Found, isAuth, isKv, locate } from './tree.ts';

export function write(state: State, step: Extract<Step, { do: 'write' }>): Answered {
  const found = request(state, step.in, step.path);
  if ('status' in found) return found;
  found.mount.data[found.key] = step.value;
  return { status: 200 };
}

export function read(state: State, step: Extract<Step, { do: 'read' }>): Answered {
  const found = request(state, step.in, step.path);
  if ('status' in found) return found;
  const value = found.mount.data[found.key];
  if (value === undefined) return { status: 404 };
  const shown = { status: 200, shown: value };
  return found.mount.type === 'leased' ? { ...shown, ...issue(state, found.mount, found.through) } : shown;
}

export function logIn(state: State, step: Extract<Step, { do: 'log in' }>): Answered {
  const found = reach(state, step.in, `${step.path}/login/bob`);
  if ('status' in found) return found;
  if (found.mount.type !== 'userpass' || found.key !== 'login/bob') return { status: 404 };
  return { status: 200, ...issue(state, found.mount) };
}

/** Revoking a credential that no longer exists is no error. */
export function revoke(state: State, step: Extract<Step, { do: 'revoke' }>): Answered {
  (state.credentials[step.credential] as Credential).revoked = true;
  return { status: 200 };
}

function issue(
  state: State,
  { serial, generation }: { serial: number; generation: number },
  through?: number,
) {
  const door = through === undefined ? {} : { through };
  state.credentials.push({ mount: serial, generation, revoked: false, ...door });
  return { issued: true };
}

/** `through` is the alias in another namespace that has led to the mount. */
type Reached = { mount: NonNullable<Found['mount']>; key: string; through?: number };

/** The kv mount that a path leads to. */
function request(state: State, asked: string, path: string): Reached | Answered {
  const found = reach(state, asked, path);
  return 'mount' in found && !isKv(found.mount.type) ? { status: 404 } : found;
}

function reach(state: State, asked: string, path: string): Reached | Answered {
  const start = enter(state, asked);
  if ('status' in start) return start;
  const found = locate(state, path, start);
  const { alias } = found;
  const mount = alias ? state.mounts.find(({ serial }) => serial === alias.mount) : found.mount;
  if (!mount) return { status: 404 };
  // A login belongs to the namespace of its method.
  if (alias && isAuth(mount.path) && alias.space !== mount.space) return { status: 404 };
  const key = found.path.slice((alias ?? mount).path.length);
  return { mount, key, ...(alias && alias.space !== mount.space && { through: alias.by }) };
}
