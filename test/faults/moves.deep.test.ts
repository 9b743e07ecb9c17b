import { describe } from 'vitest';
import { playEveryCall } from './everyCall.ts';
import { aliasMoves } from './flows/aliases.ts';
import { moves } from './flows/moves.ts';
import { stages } from './stages.ts';

const fresh = stages();

describe('whichever call fails, the reconciler alone completes', () => {
  // Every move is accepted in the same way, whatever its outcome.
  playEveryCall(fresh, [...moves, ...aliasMoves], { once: /in remount$/ });
});
