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
  bulkMoves: 10_000,
  planned: 10_000,
  /** What the reference does one by one. */
  copiedKeys: 2_000,
  revokedSerially: 1_000,
  /** Processes of each kind that start and answer once. */
  freshProcesses: 15,
  /** Warm reads of each kind. */
  reads: 600,
};

/** On a cluster, where each is done by the service and by the cluster itself. */
const FULL_ON_CLUSTER = {
  /** Leases of the mount that is read while it is moved. */
  leases: 400,
  /** Moves of mounts without leases. A few more are not measured. */
  moves: 20,
  /** Leases of the mounts whose drain is timed. */
  drained: 320,
  /** Mounts of each bulk run. */
  mounts: 150,
};

/** Beside a real OpenBao, where each is done by the service and by the OpenBao. */
const FULL_BESIDE = {
  /** Reads of each kind, and requests for a move. */
  requests: 2_000,
  posts: 500,
  movesInRow: 1_000,
  movesAtOnce: 2_000,
  /** Leases of the mount whose leases are revoked by a move. */
  leases: 2_000,
  /** Keys of the largest mount that is moved into another namespace. Smaller ones have a tenth of it, and so on. */
  keys: 100_000,
  starts: 5,
};

/** Requests of each kind that are profiled. */
const FULL_WHERE = {
  requests: 2_000,
  /** A login computes for a long time. */
  logins: 100,
  moves: 300,
};

export type Amounts = typeof FULL;
export type ClusterAmounts = typeof FULL_ON_CLUSTER;
export type BesideAmounts = typeof FULL_BESIDE;
export type WhereAmounts = typeof FULL_WHERE;

type Environment = Record<string, string | undefined>;

/**
 * @param environment may set `BENCH_SCALE`, which makes all amounts smaller, and single amounts, such as `BENCH_LEASES`
 *   or `BENCH_FEW_MOUNTS`
 * @throws Error for a value that is not an amount
 */
export function amountsFrom(environment: Environment): Amounts {
  return chosen(FULL, 'BENCH_', environment);
}

/** The same on a cluster, where the single amounts are those such as `BENCH_CLUSTER_LEASES`. */
export function clusterAmountsFrom(environment: Environment): ClusterAmounts {
  return chosen(FULL_ON_CLUSTER, 'BENCH_CLUSTER_', environment);
}

/** The same beside OpenBao: `BENCH_BESIDE_LEASES`. */
export function besideAmountsFrom(environment: Environment): BesideAmounts {
  return chosen(FULL_BESIDE, 'BENCH_BESIDE_', environment);
}

/** The same for what is profiled: `BENCH_WHERE_MOVES`. */
export function whereAmountsFrom(environment: Environment): WhereAmounts {
  return chosen(FULL_WHERE, 'BENCH_WHERE_', environment);
}

function chosen<All extends Record<string, number>>(all: All, prefix: string, environment: Environment): All {
  const scale = positive('BENCH_SCALE', environment.BENCH_SCALE ?? '1');
  const amounts = Object.entries(all).map(([name, full]) => {
    const variable = `${prefix}${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    const set = environment[variable];
    return [name, set === undefined ? scaled(full, scale) : Math.ceil(positive(variable, set))];
  });
  return Object.fromEntries(amounts) as All;
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
