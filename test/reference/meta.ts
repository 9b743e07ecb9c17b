/** What the differential tells the reporter about a run. */

export interface DifferentialMeta {
  sequences: number;
  steps: number;
  sameSteps: number;
  /** Reason → causes of difference that have it. */
  explained: Record<string, number>;
}

declare module 'vitest' {
  interface TaskMeta {
    differential?: DifferentialMeta;
  }
}
