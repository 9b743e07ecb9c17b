/** What the tests that compare tell the reporter about a run. */

export interface DifferentialMeta {
  sequences: number;
  steps: number;
  sameSteps: number;
  /** Reason → causes of difference that have it. */
  explained: Record<string, number>;
}

/** A command of the command line. */
export interface CommandMeta {
  group: string;
  /** Of the differences that were found, all of them known. */
  reasons: string[];
}

declare module 'vitest' {
  interface TaskMeta {
    differential?: DifferentialMeta;
    command?: CommandMeta;
  }
}
