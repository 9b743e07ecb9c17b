/** Takes a step in the model. */

import { cancel, dryRun, move, run, undo } from './moves.ts';
import type { State } from './state.ts';
import type { Answered, Step } from './steps.ts';
import {
  clearAway,
  createNamespace,
  deleteNamespace,
  disable,
  enable,
  endAlias,
  list,
  tune,
} from './tree.ts';
import { logIn, read, revoke, write } from './use.ts';

/** @returns the expected answer, and the state afterwards; the given state is not changed */
export function apply(before: State, step: Step): { state: State; answered: Answered } {
  const state = structuredClone(before);
  return { state, answered: take(state, step) };
}

function take(state: State, step: Step): Answered {
  switch (step.do) {
    case 'enable':
      return enable(state, step);
    case 'disable':
      return disable(state, step);
    case 'tune':
      return tune(state, step);
    case 'create namespace':
      return createNamespace(state, step);
    case 'delete namespace':
      return deleteNamespace(state, step);
    case 'clear away':
      return clearAway(state);
    case 'end alias':
      return endAlias(state, step);
    case 'move':
      return move(state, step);
    case 'dry run':
      return dryRun(state, step);
    case 'run':
    case 'switch':
      return run(state, step);
    case 'cancel':
      return cancel(state, step);
    case 'undo':
      return undo(state, step);
    case 'write':
      return write(state, step);
    case 'read':
      return read(state, step);
    case 'log in':
      return logIn(state, step);
    case 'revoke':
      return revoke(state, step);
    case 'list':
      return list(state, step);
  }
}
