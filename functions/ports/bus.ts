/** The event bus as the domain sees it. */

/** What the service announces about a migration or bulk run. */
export interface Announcement {
  /** The detail type, by which rules select events, such as `Remount Succeeded`. */
  type: string;
  /** Epoch milliseconds of the event. */
  at: number;
  /** Its `id` is the same each time the event is announced. It contains no secret (R9). */
  detail: { id: string } & Record<string, unknown>;
}

export interface Bus {
  /**
   * @param announcements at most ten
   * @returns whether the bus accepted each of them, in their order
   */
  put(announcements: Announcement[]): Promise<boolean[]>;
}
