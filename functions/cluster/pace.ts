/**
 * How many leases are revoked at the same time: fewer as soon as the cluster cannot keep up. An engine may do one after
 * the other, such as a database with one connection. Then more at the same time only make new credentials wait. Pure.
 */

import { GOOD_REVOCATIONS, LEAST_REVOCATION_MS, SLOW_REVOCATION } from '../limits.ts';

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
    this.#firstMs = Math.max(firstMs, LEAST_REVOCATION_MS);
  }

  /** @param ms how long a revocation took */
  took(ms: number): void {
    if (ms > SLOW_REVOCATION * this.#firstMs) this.slower();
    else if (++this.#good % GOOD_REVOCATIONS === 0) this.atOnce = Math.min(this.#most, this.atOnce + 1);
  }

  /** The cluster asked for it, or failed. */
  slower(): void {
    this.#good = 0;
    this.atOnce = Math.max(1, Math.floor(this.atOnce / 2));
  }
}
