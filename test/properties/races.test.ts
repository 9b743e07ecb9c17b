import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Choose } from '../support/stepped.ts';
import { aimed, FIRST_STEPS, racingStep, resolved } from './anyStep.ts';
import type { Step } from './model/steps.ts';
import { race, type Start, startOf } from './race.ts';
import { parameters, TIMEOUT_MS } from './runs.ts';
import { modelledService, type Service } from './service.ts';
import { newPair, type Pair, takeBoth } from './sideBySide.ts';

const settings = parameters(20);

/** The migrations that exist when a race begins, and may be switched, cancelled or undone in it. */
const MOVES: Step[] = [
  { do: 'move', in: '', from: 'a/b', to: 'a/c' },
  { do: 'run', migration: 0 },
  { do: 'move', in: '', from: 'a/c', to: 'n/m/a' },
  { do: 'move', in: '', from: 'n/b', to: 'a/c/d' },
  { do: 'move', in: '', from: 'auth/u', to: 'n/auth/w' },
];

let service: Service;
let pair: Pair;
let start: Start;

beforeAll(async () => {
  service = await modelledService();
  pair = newPair(service);
  for (const step of [...FIRST_STEPS, ...MOVES]) await takeBoth(pair, step);
  start = await startOf(pair);
});
afterAll(() => service.deps.stop());

const wishes = fc.array(aimed(racingStep), { minLength: 2, maxLength: 4 });
const choices = fc.infiniteStream(fc.nat(999));

/** Chooses the next call at random. */
function chosenBy(stream: fc.Stream<number>): Choose {
  return (waiting) => (stream.next().value as number) % waiting.length;
}

/** A whole workflow has too many calls for a race; its first step is the one that matters. */
function shortened(step: Step): Step {
  return step.do === 'run' ? { ...step, do: 'switch' } : step;
}

describe(`random races, seed ${settings.seed}`, () => {
  it(
    `have the outcome of taking the steps in some order, ${settings.numRuns} times`,
    async () => {
      const property = fc.asyncProperty(wishes, choices, async (wanted, stream) => {
        const steps = wanted.flatMap((wish) => resolved(wish, pair.state) ?? []).map(shortened);
        await race(start, steps, chosenBy(stream));
      });
      await fc.assert(property, settings);
    },
    TIMEOUT_MS,
  );
});
