/** The scheduler as the domain sees it: it calls the service at the times of a schedule. */

export interface Timetable {
  /** `at(…)`, `rate(…)` or `cron(…)`, as EventBridge Scheduler writes them. */
  schedule: string;
  /** A name of the IANA database, such as `Europe/Berlin`. */
  timezone: string;
  /** Epoch milliseconds. */
  start?: number | undefined;
  /** Epoch milliseconds. */
  end: number;
}

export interface Scheduler {
  /**
   * Sets or replaces the times of a schedule.
   * @param id at most 64 letters, digits, dots, hyphens and underscores
   * @throws TimetableRefused
   * @throws SchedulerBusy
   */
  put(id: string, timetable: Timetable): Promise<void>;
  /**
   * Removes the times of a schedule. Removing an absent schedule is no error.
   * @throws SchedulerBusy
   */
  remove(id: string): Promise<void>;
}

/** The scheduler refuses the times. The message is the scheduler's own, for the client that sent them. */
export class TimetableRefused extends Error {
  override readonly name = 'TimetableRefused';
}

/** The scheduler did not serve the call in time, or another call was changing the same schedule. */
export class SchedulerBusy extends Error {
  override readonly name = 'SchedulerBusy';
}
