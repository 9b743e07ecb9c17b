/** Where the time of requests went, from the profiles of all threads while they were served. Pure. */

import type { Profile, ProfileNode, ThreadProfile } from './inspector.ts';
import { isOfNode, labelOf, type Part, partOf } from './parts.ts';
import type { FindSource, Source } from './sources.ts';

/** What a request is divided into: the request itself, or the switch that it starts. */
type Stage = string;

/** Decides by the thread and the sources on its stack. Undefined for what no stage is known of, such as idle work. */
export type StageOf = (thread: string, stack: readonly Source[]) => Stage | undefined;

/** Milliseconds a request by part. */
type ByPart = Partial<Record<Part, number>>;

/** No thread of the service worked: it waited for the emulator, the system or the client. */
const WAITING = 'waiting';

export interface Attribution {
  /** Processor time of all threads. */
  processor: Record<Stage, ByPart>;
  /** Time that passed. A moment in which several threads worked is shared between them. */
  passed: Record<Stage, ByPart & { [WAITING]?: number }>;
  flame: Flame;
}

/** A box of a flame graph, with what was called from it. */
export interface Flame {
  label: string;
  part: Part;
  /** Processor time a request with all that is above it, in milliseconds. */
  ms: number;
  above: Flame[];
}

/** From one sample of a thread to its next one. */
interface Span {
  thread: number;
  from: number;
  to: number;
  /** Undefined while the thread had nothing to do. */
  busy?: Frame;
}

/**
 * @param requests how many were served while the threads were profiled
 * @param usedMs processor time of each thread as the system counts it. The profiler also sees a thread that waits for a core
 */
export function attribute(
  threads: ThreadProfile[],
  requests: number,
  findSource: FindSource,
  stageOf: StageOf,
  usedMs: Record<string, number> = {},
): Attribution {
  const flame: Flame = { label: 'all threads', part: 'node', ms: 0, above: [] };
  const spans = threads.flatMap(({ thread, profile }, i) => {
    const frames = framesOf(profile, thread, findSource, stageOf);
    return spansOf(profile, i, (id) => frames.get(id));
  });
  const shares = threads.map(({ thread }, i) => {
    const used = usedMs[thread];
    return used === undefined ? 1 : used / Math.max(used, busyMs(spans, i));
  });
  for (const { thread, from, to, busy } of spans)
    if (busy) addTo(flame, busy.boxes, ((shares[thread] ?? 1) * (to - from)) / 1_000 / requests);
  const used = spans.map((span) => ({
    ...span,
    to: span.from + (shares[span.thread] ?? 1) * (span.to - span.from),
  }));
  return {
    processor: processorTime(withKnownStages(used), requests),
    passed: passedTime(spans, requests),
    flame: pruned(flame),
  };
}

/** What a node of a profile stands for. */
interface Frame {
  part: Part;
  stage: Stage | undefined;
  /** From the bottom to the top of its stack. */
  boxes: Pick<Flame, 'label' | 'part'>[];
}

/** By node. A node without a frame is idle. */
function framesOf(
  { nodes }: Profile,
  thread: string,
  findSource: FindSource,
  stageOf: StageOf,
): Map<number, Frame> {
  const frames = new Map<number, Frame>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const visit = (node: ProfileNode, below: readonly Source[], boxes: Frame['boxes']): void => {
    const { functionName } = node.callFrame;
    if (functionName === '(idle)') return;
    const source = findSource(node.callFrame);
    const isRoot = functionName === '(root)';
    const stack = isRoot ? below : [...below, source];
    const part = partOf(source, functionName);
    const box = { label: labelOf(source, part), part };
    // What Node does between two sources would hide who has called whom. It is shown only where it works itself.
    const isNode = isOfNode(source);
    // Two that call each other again and again, such as the SDK and its serialisation, are shown once.
    const isShown = boxes.slice(-2).some(({ label }) => label === box.label);
    const own = isNode || isShown ? boxes : [...boxes, box];
    frames.set(node.id, { part, stage: stageOf(thread, stack), boxes: isNode ? [...boxes, box] : own });
    for (const child of node.children ?? []) visit(byId.get(child) as ProfileNode, stack, own);
  };
  const [root] = nodes;
  if (root)
    visit(root, [], [{ label: thread === 'main' ? 'npm start' : `function ${thread}`, part: 'runtime' }]);
  return frames;
}

function spansOf(
  { startTime, samples, timeDeltas }: Profile,
  thread: number,
  frameOf: (node: number) => Frame | undefined,
): Span[] {
  let from = startTime;
  return samples.map((node, i) => {
    from += timeDeltas[i] ?? 0;
    const to = from + (timeDeltas[i + 1] ?? 0);
    // Nothing is known of a thread behind its last sample.
    const busy = i + 1 < samples.length ? frameOf(node) : undefined;
    return { thread, from, to, ...(busy && { busy }) };
  });
}

/** What Node does without a caller, such as collecting garbage, is shared as the rest of the thread is. */
function withKnownStages(spans: Span[]): Span[] {
  return Object.values(Object.groupBy(spans, ({ thread }) => thread)).flatMap((own = []) => {
    const known = own.filter(({ busy }) => busy?.stage !== undefined);
    const total = known.reduce((sum, { from, to }) => sum + to - from, 0);
    const shares = Map.groupBy(known, ({ busy }) => busy?.stage as Stage);
    const unknown = own.filter(({ busy }) => busy && busy.stage === undefined);
    const shared = unknown.flatMap((span) =>
      [...shares].map(([stage, theirs]) => {
        const share = theirs.reduce((sum, { from, to }) => sum + to - from, 0) / total;
        const busy = { ...(span.busy as Frame), stage };
        return { ...span, to: span.from + share * (span.to - span.from), busy };
      }),
    );
    return [...known, ...shared];
  });
}

function busyMs(spans: Span[], thread: number): number {
  const busy = spans.filter((span) => span.thread === thread && span.busy);
  return busy.reduce((sum, { from, to }) => sum + to - from, 0) / 1_000;
}

function processorTime(spans: Span[], requests: number): Attribution['processor'] {
  const times: Attribution['processor'] = {};
  for (const { from, to, busy } of spans) {
    if (busy?.stage === undefined) continue;
    times[busy.stage] ??= {};
    const byPart = times[busy.stage] as ByPart;
    byPart[busy.part] = (byPart[busy.part] ?? 0) + (to - from) / 1_000 / requests;
  }
  return times;
}

/** Goes through the time of all threads at once. What has no stage of its own belongs to the stage before it. */
function passedTime(spans: Span[], requests: number): Attribution['passed'] {
  const times: Attribution['passed'] = {};
  const current = new Map<number, Span['busy']>();
  let [last, stage] = [Math.min(...firsts(spans)), undefined as Stage | undefined];
  for (const { thread, from, busy } of spans.toSorted((a, b) => a.from - b.from)) {
    const working = [...current.values()].filter((one) => one !== undefined);
    const parts = working.length > 0 ? working : [{ part: WAITING, stage: undefined } as const];
    for (const one of parts) {
      const its = one.stage ?? stage;
      if (its === undefined || from === last) continue;
      times[its] ??= {};
      const byPart = times[its] as Record<string, number>;
      byPart[one.part] = (byPart[one.part] ?? 0) + (from - last) / 1_000 / requests / parts.length;
    }
    current.set(thread, busy);
    stage = busy?.stage ?? stage;
    last = from;
  }
  return times;
}

function firsts(spans: Span[]): number[] {
  const seen = new Set<number>();
  return spans.filter(({ thread }) => !seen.has(thread) && seen.add(thread)).map(({ from }) => from);
}

function addTo(flame: Flame, boxes: Frame['boxes'], ms: number): void {
  flame.ms += ms;
  let below = flame;
  for (const { label, part } of boxes) {
    let box = below.above.find((one) => one.label === label);
    if (!box) {
      box = { label, part, ms: 0, above: [] };
      below.above.push(box);
    }
    box.ms += ms;
    below = box;
  }
}

/** Boxes that are too narrow to see, as a share of the whole graph. */
const NARROW = 0.004;
const DECIMALS = 4;

function pruned(flame: Flame, least = flame.ms * NARROW): Flame {
  const above = flame.above
    .filter(({ ms }) => ms >= least)
    .toSorted((a, b) => b.ms - a.ms)
    .map((box) => pruned(box, least));
  return { ...flame, ms: Number(flame.ms.toFixed(DECIMALS)), above };
}
