/** How many leases are revoked at the same time: fewer as soon as the cluster cannot keep up. Pure. */

/** Revocations without trouble after which one more is done at the same time. */
const GOOD_IN_A_ROW = 32;
/** A revocation that takes this many times as long as the first one shows a cluster that cannot keep up. */
const SLOW = 8;

export class Pace {
  /** How many may be under way now. */
  atOnce: number;
  readonly #most: number;
  readonly #firstMs: number;
  #good = 0;

  /** @param firstMs milliseconds of one revocation alone */
  constructor(most: number, firstMs: number) {
    this.atOnce = most;
    this.#most = most;
    this.#firstMs = Math.max(firstMs, 5);
  }

  /** @param ms how long a revocation took */
  took(ms: number): void {
    if (ms > SLOW * this.#firstMs * Math.sqrt(this.atOnce)) this.slower();
    else if (++this.#good % GOOD_IN_A_ROW === 0) this.atOnce = Math.min(this.#most, this.atOnce + 1);
  }

  /** The cluster asked for it, or failed. */
  slower(): void {
    this.#good = 0;
    this.atOnce = Math.max(1, Math.floor(this.atOnce / 2));
  }
}
