/** Steps taken at once on the service, under an order of their calls that somebody chooses, and judged. */

import type { Store } from '../../functions/ports/store.ts';
import { violations } from '../support/checker.ts';
import { type Choose, runTogether, type Waiting } from '../support/stepped.ts';
import type { Tables } from '../support/tables.ts';
import { inWords, type Step } from './model/steps.ts';
import { pictureIn } from './picture.ts';
import type { Real, Service } from './service.ts';
import type { Pair } from './sideBySide.ts';
import { seenBy, type Upshot, unexplained } from './someOrder.ts';

/** Where races start from: the two side by side, and the tables as they are then. */
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
 * Takes the steps at once, from the start again, and then ends what is open.
 * @returns whether the schedule came to its end; it may be given up by who chooses
 * @throws Error that tells what no order of the steps explains, or which rule is broken, with the calls as they came
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

/** R1 and R2 at once, R4 and R5 by the model, and all of them again when everything has ended. */
async function judge(pair: Pair, steps: Step[], answers: Real[]): Promise<string[]> {
  const { service, state, names } = pair;
  const after = await service.tables();
  const found = violations(after, 'midway');
  const seen = await upshotSeen(pair, answers, after);
  const possible = unexplained(state, names, steps, seen);
  if (possible) {
    found.push(`no order of the steps comes to ${JSON.stringify(seen)}`);
    found.push(...possible.map((upshot) => `one comes to ${JSON.stringify(upshot)}`));
  }
  if (!hasOpenWork(after)) return [...found, ...violations(after, 'ended')];
  await service.settle();
  return [...found, ...violations(await service.tables(), 'ended')];
}

async function upshotSeen(
  { service, names, secrets }: Pair,
  answers: Real[],
  after: Tables,
): Promise<Upshot> {
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
