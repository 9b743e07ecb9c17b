/** Who wakes the service at the times of a schedule, as the domain sees it. */

export interface Timetable {
  /** `at(…)`, `rate(…)` or `cron(…)`, as EventBridge Scheduler writes them. */
  schedule: string;
  /** Of the IANA database, such as `Europe/Berlin`. */
  timezone: string;
  /** Epoch milliseconds. */
  start?: number | undefined;
  end: number;
}

export interface Scheduler {
  /**
   * Sets the times at which a schedule is woken, whether or not it had some before.
   * @param id at most 64 letters, digits, dots, hyphens and underscores
   * @throws TimetableRefused
   * @throws SchedulerBusy
   */
  put(id: string, timetable: Timetable): Promise<void>;
  /**
   * Removing what is gone is no error.
   * @throws SchedulerBusy
   */
  remove(id: string): Promise<void>;
}

/** The times cannot be understood; the message is the scheduler's, for whoever wrote them. */
export class TimetableRefused extends Error {
  override readonly name = 'TimetableRefused';
}

/** The scheduler did not serve the call in time, or others were changing the same schedule. */
export class SchedulerBusy extends Error {
  override readonly name = 'SchedulerBusy';
}
