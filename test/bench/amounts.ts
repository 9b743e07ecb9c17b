/** How much is measured with: the full amounts, smaller ones for a quick look. */

const FULL = {
  /** Keys of the large mount. */
  keys: 100_000,
  smallKeys: 10,
  /** Moves of each of two mounts that are compared; some more warm up. */
  moves: 40,
  /** Leases of the mount that is cut off, and how often it is. */
  leases: 100_000,
  cuts: 7,
  /** Leases that are revoked against the emulator's own speed, and how often. */
  revoked: 20_000,
  revocations: 3,
  /** Mounts in the table that is full. */
  mounts: 100_000,
  fewMounts: 100,
  bulkMoves: 1_000,
  planned: 10_000,
  /** What is done the reference's way, one by one. */
  copiedKeys: 2_000,
  revokedSerially: 1_000,
  /** Processes of each kind that are started to answer once. */
  freshProcesses: 15,
  /** Warm reads of each kind. */
  reads: 600,
};

export type Amounts = typeof FULL;

/**
 * @param environment where `BENCH_SCALE` makes all of them smaller, and `BENCH_LEASES`, `BENCH_FEW_MOUNTS` and the like
 *   set one
 * @throws Error for what is no amount
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

/** What is small stays as it is up to a point: a median of one is none. */
function scaled(full: number, scale: number): number {
  return Math.max(Math.ceil(full * scale), Math.min(full, 2));
}

function positive(variable: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${variable} is no amount: ${text}`);
  return number;
}
