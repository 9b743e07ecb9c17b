/** The amounts to measure with: the full ones, or smaller ones for a quick run. */

const FULL = {
  /** Keys of the large mount. */
  keys: 100_000,
  smallKeys: 10,
  /** Moves of each of two mounts that are compared. A few more are not measured. */
  moves: 40,
  /** Leases of the mount whose leases become invalid by a move, and how often this is measured. */
  leases: 100_000,
  cuts: 7,
  /** Leases whose revocation is compared with the emulator's own speed, and how often. */
  revoked: 20_000,
  revocations: 3,
  /** Mounts in the full table. */
  mounts: 100_000,
  fewMounts: 100,
  bulkMoves: 1_000,
  planned: 10_000,
  /** What the reference does one by one. */
  copiedKeys: 2_000,
  revokedSerially: 1_000,
  /** Processes of each kind that start and answer once. */
  freshProcesses: 15,
  /** Warm reads of each kind. */
  reads: 600,
};

export type Amounts = typeof FULL;

/**
 * @param environment may set `BENCH_SCALE`, which makes all amounts smaller, and single amounts, such as `BENCH_LEASES`
 *   or `BENCH_FEW_MOUNTS`
 * @throws Error for a value that is not an amount
 */
export function amountsFrom(environment: Record<string, string | undefined>): Amounts {
  const scale = positive('BENCH_SCALE', environment.BENCH_SCALE ?? '1');
  const amounts = Object.entries(FULL).map(([name, full]) => {
    const variable = `BENCH_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    const set = environment[variable];
    return [name, set === undefined ? scaled(full, scale) : Math.ceil(positive(variable, set))];
  });
  return Object.fromEntries(amounts) as Amounts;
}

/** Small amounts are kept up to a point: a median needs more than one value. */
function scaled(full: number, scale: number): number {
  return Math.max(Math.ceil(full * scale), Math.min(full, 2));
}

function positive(variable: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${variable} is no amount: ${text}`);
  return number;
}
