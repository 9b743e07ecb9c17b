/** Runs each step on the model and on the service, and compares their answers and what can be seen afterwards. */

import { isDeepStrictEqual } from 'node:util';
import { violations } from '../support/checker.ts';
import { apply } from './model/apply.ts';
import { emptyState, isUsable, type State } from './model/state.ts';
import { inWords, type Step } from './model/steps.ts';
import { learnNames, type Names, noNames, pictureIn, pictureOf } from './picture.ts';
import type { Real, Secret, Service } from './service.ts';

export interface Pair {
  service: Service;
  state: State;
  names: Names;
  secrets: Secret[];
  /** The steps so far, one line each. */
  done: string[];
}

export function newPair(service: Service): Pair {
  return { service, state: emptyState(), names: noNames(), secrets: [], done: [] };
}

/** Steps that must not change any table. */
const READ_ONLY = new Set(['list', 'dry run']);

/** @throws Error that shows where the two differ */
export async function takeBoth(pair: Pair, step: Step): Promise<void> {
  const { service, names } = pair;
  pair.done.push(inWords(step));
  const { state, answered } = apply(pair.state, step);
  const isReadOnly = READ_ONLY.has(step.do);
  const before = isReadOnly ? await service.tables() : undefined;
  const real = await service.take(step, { migrations: names.migrations, secrets: pair.secrets });
  const tables = await service.tables();

  if (before) same(pair, 'the tables', before, tables);
  if (real.migration !== undefined && state.migrations.length > names.migrations.length)
    names.migrations.push(real.migration);
  if (real.secret) pair.secrets.push(real.secret);
  same(pair, 'the answer', answered, inNumbers(real, names));
  learnNames(names, state, tables);
  same(pair, 'the picture', pictureOf(state, names), pictureIn(tables, names));
  same(pair, 'the rules', [], violations(tables, 'midway'));
  pair.state = state;
}

/** R5: of all credentials ever issued, exactly those that are valid in the model are valid in the service. */
export async function checkSecrets(pair: Pair): Promise<void> {
  const { state, secrets, service } = pair;
  const usable = await Promise.all(secrets.map((secret) => service.isUsable(secret)));
  same(
    pair,
    'what is usable',
    state.credentials.map((one) => isUsable(state, one)),
    usable,
  );
}

/** Runs all open migrations and teardowns to their end. Then nothing old may be left in the tables. */
export async function endBoth(pair: Pair): Promise<void> {
  const open = pair.state.migrations.flatMap(({ outcome }, i) => (outcome === 'open' ? [i] : []));
  for (const migration of open) await takeBoth(pair, { do: 'run', migration });
  await takeBoth(pair, { do: 'clear away' });
  await pair.service.settle();
  await checkSecrets(pair);
  same(pair, 'the rules', [], violations(await pair.service.tables(), 'ended'));
}

function inNumbers({ secret, migration, ...answer }: Real, { migrations }: Names): object {
  return { ...answer, ...(migration === undefined ? {} : { migration: migrations.indexOf(migration) }) };
}

function same({ done }: Pair, what: string, expected: unknown, seen: unknown): void {
  if (isDeepStrictEqual(expected, seen)) return;
  const both = `expected ${JSON.stringify(expected)}\nseen     ${JSON.stringify(seen)}`;
  throw new Error(`${what} differs after\n  ${done.join('\n  ')}\n${both}`);
}
