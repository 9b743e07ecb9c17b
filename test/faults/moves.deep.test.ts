import { afterAll, beforeAll, describe } from 'vitest';
import { playEveryCall } from './everyCall.ts';
import { aliasMoves } from './flows/aliases.ts';
import { moves } from './flows/moves.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.stop());

describe('whichever call fails, the reconciler alone completes', () => {
  // Every move is accepted in the same way, whatever its outcome.
  playEveryCall(() => stage, [...moves, ...aliasMoves], { once: /in remount$/ });
});
