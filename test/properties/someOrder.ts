/** Whether what came of several steps at once could have come of taking them one after the other (R2). */

import { isDeepStrictEqual } from 'node:util';
import { apply } from './model/apply.ts';
import { isUsable, type State } from './model/state.ts';
import type { Answered, Step } from './model/steps.ts';
import { type Names, type Picture, pictureOf } from './picture.ts';

/** What came of the steps: the model's, and the service's. */
export interface Upshot {
  answers: AnswerSeen[];
  picture: Picture;
  /** Of what was issued before, which is usable. */
  usable: boolean[];
}

export interface AnswerSeen {
  status: number;
  shown?: string | string[];
  /** The number of a migration from before, or `new` and the first step that was answered with it. */
  migration?: string;
  /** Whether what was issued can be used in the end. */
  usable?: boolean;
}

/**
 * @returns nothing when some order explains it, else what each order would have come to
 */
export function unexplained(before: State, names: Names, steps: Step[], seen: Upshot): Upshot[] | undefined {
  const possible: Upshot[] = [];
  for (const order of orders(steps.map((_, i) => i))) {
    const upshot = upshotOf(before, names, steps, order);
    if (isDeepStrictEqual(upshot, seen)) return undefined;
    possible.push(upshot);
  }
  return possible;
}

function upshotOf(before: State, names: Names, steps: Step[], order: number[]): Upshot {
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
 * Answers in words that do not hang on the order in which things got their numbers.
 * @param known how many migrations there were before
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
