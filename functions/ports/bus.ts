/** The event bus as the domain sees it. */

/** What is told to whoever listens. */
export interface Announcement {
  /** What listeners choose by, such as `Remount Succeeded`. */
  type: string;
  /** Epoch milliseconds at which it happened. */
  at: number;
  /** Holds an `id` that is the same however often it is announced, and no secret (R9). */
  detail: { id: string } & Record<string, unknown>;
}

export interface Bus {
  /**
   * @param announcements at most ten
   * @returns whether the bus has taken each of them, in the order given
   */
  put(announcements: Announcement[]): Promise<boolean[]>;
}
