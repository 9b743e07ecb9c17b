/** Whether the outcome of concurrent steps is also the outcome of taking them one after the other in some order (R2). */

import { isDeepStrictEqual } from 'node:util';
import { apply } from './model/apply.ts';
import { isUsable, type State } from './model/state.ts';
import type { Answered, Step } from './model/steps.ts';
import { type Names, type Picture, pictureOf } from './picture.ts';

/** The outcome of the steps, in the model or in the service. */
export interface SeenOutcome {
  answers: AnswerSeen[];
  picture: Picture;
  /** For each credential issued before the steps, whether it is valid. */
  usable: boolean[];
}

export interface AnswerSeen {
  status: number;
  shown?: string | string[];
  /** The number of an earlier migration, or `new` and the first step that was answered with it. */
  migration?: string;
  /** Whether the credential that was issued is valid at the end. */
  usable?: boolean;
}

/**
 * @returns nothing if some order explains the outcome, otherwise the outcome of each order
 */
export function unexplained(
  before: State,
  names: Names,
  steps: Step[],
  seen: SeenOutcome,
): SeenOutcome[] | undefined {
  const possible: SeenOutcome[] = [];
  for (const order of orders(steps.map((_, i) => i))) {
    const outcome = outcomeOf(before, names, steps, order);
    if (isDeepStrictEqual(outcome, seen)) return undefined;
    possible.push(outcome);
  }
  return possible;
}

function outcomeOf(before: State, names: Names, steps: Step[], order: number[]): SeenOutcome {
  let state = before;
  const answers: Answered[] = [];
  const issued: (number | undefined)[] = [];
  for (const i of order) {
    const { state: next, answered } = apply(state, steps[i] as Step);
    answers[i] = answered;
    if (answered.issued) issued[i] = next.credentials.length - 1;
    state = next;
  }
  const usable = state.credentials.map((one) => isUsable(state, one));
  return {
    answers: seenBy(answers, names.migrations.length, (i) => usable[issued[i] as number] as boolean),
    picture: pictureOf(state, names),
    usable: usable.slice(0, before.credentials.length),
  };
}

/**
 * Answers in a form that does not depend on the order in which migrations got their numbers.
 * @param known the number of migrations before the steps
 */
export function seenBy(
  answers: Answered[],
  known: number,
  isUsableNow: (i: number) => boolean,
): AnswerSeen[] {
  return answers.map(({ migration, issued, ...answer }, i) => {
    const first = answers.findIndex((other) => other.migration === migration);
    const name = (migration ?? 0) < known ? String(migration) : `new ${first}`;
    return {
      ...answer,
      ...(migration === undefined ? {} : { migration: name }),
      ...(issued ? { usable: isUsableNow(i) } : {}),
    };
  });
}

function orders(list: number[]): number[][] {
  if (list.length < 2) return [list];
  return list.flatMap((first) => orders(list.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}
