import { describe } from 'vitest';
import { playEveryCall } from './everyCall.ts';
import { fileStage } from './fileStage.ts';
import { aliasMoves } from './flows/aliases.ts';
import { moves } from './flows/moves.ts';

const prepare = fileStage();

describe('whichever call fails, the reconciler alone completes', () => {
  // Every move is accepted in the same way, whatever its outcome.
  playEveryCall(prepare, [...moves, ...aliasMoves], { once: /in remount$/ });
});
