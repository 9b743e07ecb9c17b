/** What the model's mounts serve: secrets, and credentials that the switch revokes. */

import type { Credential, State } from './state.ts';
import type { Answered, Step } from './steps.ts';
import { enter, type Found, isKv, locate } from './tree.ts';

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
  return found.mount.type === 'leased' ? { ...shown, ...issue(state, found.mount) } : shown;
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

function issue(state: State, { serial, generation }: { serial: number; generation: number }) {
  state.credentials.push({ mount: serial, generation, revoked: false });
  return { issued: true };
}

type Reached = { mount: NonNullable<Found['mount']>; key: string };

/** The kv mount that a path leads to. */
function request(state: State, asked: string, path: string): Reached | Answered {
  const found = reach(state, asked, path);
  return 'mount' in found && !isKv(found.mount.type) ? { status: 404 } : found;
}

function reach(state: State, asked: string, path: string): Reached | Answered {
  const start = enter(state, asked);
  if ('status' in start) return start;
  const found = locate(state, path, start);
  if (!found.mount) return { status: 404 };
  return { mount: found.mount, key: found.path.slice(found.mount.path.length) };
}
