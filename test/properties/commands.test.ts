import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Tables } from '../support/tables.ts';
import { type AimedStep, aimed, anyStep, FIRST_STEPS, resolved } from './anyStep.ts';
import { inWords } from './model/steps.ts';
import { parameters, REPLAY, TIMEOUT_MS } from './runs.ts';
import { modelledService, type Service } from './service.ts';
import { checkSecrets, endBoth, newPair, type Pair, takeBoth } from './sideBySide.ts';

const MAX_COMMANDS = 40;
const settings = parameters(8);

let service: Service;
let empty: Tables;

beforeAll(async () => {
  service = await modelledService();
  empty = await service.tables();
});
afterAll(() => service.deps.stop());

/** A step as a command. A step that refers to nothing that exists is skipped. */
function commandOf(wish: AimedStep): fc.AsyncCommand<{ pair?: Pair }, Pair> {
  return {
    check: () => true,
    async run(_, pair) {
      const taken = resolved(wish, pair.state);
      if (!taken) return;
      await takeBoth(pair, taken);
      await checkSecrets(pair);
    },
    toString: () => inWords(wish.step),
  };
}

describe(`the service and its model, seed ${settings.seed}`, () => {
  it(
    `give the same answers and show the same after every step, ${settings.numRuns} times`,
    async () => {
      const commands = fc.commands([aimed(anyStep).map(commandOf)], {
        maxCommands: MAX_COMMANDS,
        size: 'max',
        ...REPLAY,
      });
      const property = fc.asyncProperty(fc.boolean(), commands, async (hasFirstSteps, chosen) => {
        await service.putBack(empty, service.now());
        const pair = newPair(service);
        for (const step of hasFirstSteps ? FIRST_STEPS : []) await takeBoth(pair, step);
        await fc.asyncModelRun(() => ({ model: {}, real: pair }), chosen);
        await endBoth(pair);
      });
      await fc.assert(property, settings);
    },
    TIMEOUT_MS,
  );
});
