/** How much is moved, and how often: little to show that the promises hold, more to measure. */

export interface Amounts {
  /** Moves of a small mount and of a large one; `moves` of each. */
  sizes: { smallKeys: number; largeKeys: number; moves: number; warmUp: number };
  /** A mount that is read all the time. */
  availability: { keys: number; leases: number; switches: number };
  /** Moves of a mount with nothing to revoke. */
  plainMoves: number;
  /** Leases of a mount that is moved. */
  revokedLeases: number;
  /** Mounts that move at the same time. */
  atOnce: number;
}

/** For `npm run demo`. */
export const SHOWN: Amounts = {
  sizes: { smallKeys: 10, largeKeys: 1_000, moves: 4, warmUp: 2 },
  availability: { keys: 1_000, leases: 500, switches: 5 },
  plainMoves: 3,
  revokedLeases: 500,
  atOnce: 20,
};

/** For `npm run demo -- --measure`. */
export const MEASURED: Amounts = {
  sizes: { smallKeys: 10, largeKeys: 20_000, moves: 40, warmUp: 10 },
  availability: { keys: 10_000, leases: 5_000, switches: 21 },
  plainMoves: 10,
  revokedLeases: 5_000,
  atOnce: 50,
};
