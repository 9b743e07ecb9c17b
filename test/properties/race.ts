/** Takes steps concurrently on the service, with a chosen order of their calls, and checks the outcome. */

import type { Store } from '../../functions/ports/store.ts';
import { violations } from '../support/checker.ts';
import { type Choose, runTogether, type Waiting } from '../support/stepped.ts';
import type { Tables } from '../support/tables.ts';
import { inWords, type Step } from './model/steps.ts';
import { pictureIn } from './picture.ts';
import type { Real, Service } from './service.ts';
import type { Pair } from './sideBySide.ts';
import { type SeenOutcome, seenBy, unexplained } from './someOrder.ts';

/** The state from which races start: model and service, and the tables at that time. */
export interface Start {
  pair: Pair;
  tables: Tables;
  /** Epoch milliseconds. */
  time: number;
}

export async function startOf(pair: Pair): Promise<Start> {
  return { pair, tables: await pair.service.tables(), time: pair.service.now() };
}

/**
 * Restores the start, takes the steps concurrently, and then runs everything open to its end.
 * @returns whether the schedule was run to its end; `choose` may abandon it
 * @throws Error with the outcome that no order of the steps explains, or the broken rule, and the calls in their order
 */
export async function race(
  { pair, tables: before, time }: Start,
  steps: Step[],
  choose: Choose,
): Promise<boolean> {
  const { service } = pair;
  await service.putBack(before, time);
  const trail: string[] = [];
  const known = { migrations: pair.names.migrations, secrets: pair.secrets };
  const noted: Choose = (waiting) => {
    const next = choose(waiting);
    if (next !== undefined) trail.push(inOneLine(waiting[next] as Waiting, steps));
    return next;
  };
  const taken = steps.map((step) => (store: Store) => service.take(step, known, store));
  const answers = await runTogether(service.deps.store, taken, noted);
  if (!answers) return false;
  const complaints = await judge(pair, steps, answers);
  if (complaints.length > 0)
    throw new Error([...complaints, 'after', ...pair.done, 'and at once', ...trail].join('\n  '));
  return true;
}

/** Checks R1 and R2 directly, R4 and R5 by the model, and all of them again when everything has ended. */
async function judge(pair: Pair, steps: Step[], answers: Real[]): Promise<string[]> {
  const { service, state, names } = pair;
  const after = await service.tables();
  const found = violations(after, 'midway');
  const seen = await outcomeSeen(pair, answers, after);
  const possible = unexplained(state, names, steps, seen);
  if (possible) {
    found.push(`no order of the steps comes to ${JSON.stringify(seen)}`);
    found.push(...possible.map((outcome) => `one comes to ${JSON.stringify(outcome)}`));
  }
  if (!hasOpenWork(after)) return [...found, ...violations(after, 'ended')];
  await service.settle();
  return [...found, ...violations(await service.tables(), 'ended')];
}

async function outcomeSeen(
  { service, names, secrets }: Pair,
  answers: Real[],
  after: Tables,
): Promise<SeenOutcome> {
  const issued = await Promise.all(answers.map(({ secret }) => isUsable(service, secret)));
  const news = answers.flatMap(({ migration }) => migration ?? []);
  const numbers = [...new Set([...names.migrations, ...news])];
  const numbered = answers.map(({ secret, migration, ...answer }) => {
    return migration === undefined ? answer : { ...answer, migration: numbers.indexOf(migration) };
  });
  return {
    answers: seenBy(numbered, names.migrations.length, (i) => issued[i] as boolean),
    picture: pictureIn(after, names),
    usable: await Promise.all(secrets.map((secret) => service.isUsable(secret))),
  };
}

async function isUsable(service: Service, secret: Real['secret']): Promise<boolean | undefined> {
  return secret && service.isUsable(secret);
}

function hasOpenWork({ migrations }: Tables): boolean {
  return migrations.some(({ open }) => open !== undefined);
}

function inOneLine({ operation, call, text }: Waiting, steps: Step[]): string {
  const letter = String.fromCharCode(97 + operation);
  return `${letter}${call} ${inWords(steps[operation] as Step)}: ${text}`;
}
