/** The figures of the processor time and the memory of requests inside their functions. Pure. */

import type { CpuRequest, Cpus } from './measure/cpu.ts';

/** What each request is, and its goal in milliseconds. */
const REQUESTS: Record<CpuRequest, [what: string, goalMs: number]> = {
  kv1: ['read of a secret, kv version 1', 1.5],
  kv2: ['read of a secret, kv version 2', 1.5],
  lookup: ['lookup of the own token', 1],
  remount: ['POST sys/remount', 3],
  status: ['status request', 1],
};

const GOAL_RATIO = 1.5;
const GOAL_MB = 128;

const LOW = { wish: 'low' } as const;

export function cpuFigures(cpus: Cpus) {
  const requests = Object.keys(REQUESTS) as CpuRequest[];
  return [...requests.flatMap((request) => figuresOfOne(request, cpus)), memoryFigure(cpus)];
}

function figuresOfOne(request: CpuRequest, cpus: Cpus) {
  const [what, goalMs] = REQUESTS[request];
  const { a, b, ratio, calls } = cpus[request];
  return [
    {
      ...LOW,
      id: `cpu-${request}`,
      what: `${what}: processor time`,
      value: a,
      unit: 'ms',
      reach: goalMs,
      from: `inside the function, warm; ${calls.length} calls to AWS`,
    },
    {
      ...LOW,
      id: `cpu-${request}-bare`,
      what: `${what}: processor time compared with the bare calls`,
      value: ratio,
      unit: '×',
      reach: GOAL_RATIO,
      from: `${a.toFixed(2)} ms, ${b.toFixed(2)} ms; ${calls.join(', ')}`,
    },
  ];
}

function memoryFigure(cpus: Cpus) {
  const peaks = Object.entries(cpus).map(([request, { peakMB }]) => `${request} ${peakMB.toFixed(0)}`);
  return {
    ...LOW,
    id: 'memory',
    what: 'fresh process with one answer: peak memory, at most',
    value: Math.max(...Object.values(cpus).map(({ peakMB }) => peakMB)),
    unit: 'MB',
    reach: GOAL_MB,
    from: `${peaks.join(', ')} MB, with Node's own`,
  };
}
