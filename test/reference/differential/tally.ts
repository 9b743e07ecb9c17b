/** Sorts differences by their causes, and says which of these are known. Pure. */

import { KNOWN_DIFFERENCES } from './knownDifferences.ts';
import type { Difference, Played } from './play.ts';

/** What has the same kind of step and the same signature. */
interface Cause {
  count: number;
  first: Difference;
}

export interface Tally {
  steps: number;
  sameSteps: number;
  unexplained: Cause[];
  /** Reason → how many causes have it. */
  explained: Map<string, number>;
  /** Lines of the list that no difference of this run has needed. */
  unused: string[];
}

export function tallyOf(played: readonly Played[]): Tally {
  const tally: Tally = { steps: 0, sameSteps: 0, unexplained: [], explained: new Map(), unused: [] };
  const used = new Set<string>();
  for (const { steps, differences } of played) {
    tally.steps += steps;
    tally.sameSteps += steps - new Set(differences.map(({ step }) => step)).size;
  }
  for (const cause of causesOf(played.flatMap(({ differences }) => differences))) {
    const { kind, signature } = cause.first;
    const known = KNOWN_DIFFERENCES.find(({ fits }) => fits(kind, signature));
    if (!known) {
      tally.unexplained.push(cause);
      continue;
    }
    used.add(known.line);
    tally.explained.set(known.reason, (tally.explained.get(known.reason) ?? 0) + 1);
  }
  tally.unused = KNOWN_DIFFERENCES.map(({ line }) => line).filter((line) => !used.has(line));
  return tally;
}

/** The most frequent first. */
function causesOf(differences: readonly Difference[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const first of differences) {
    const key = `${first.kind} | ${first.signature}`;
    const cause = causes.get(key) ?? { count: 0, first };
    cause.count++;
    causes.set(key, cause);
  }
  return [...causes.values()].toSorted((one, other) => other.count - one.count);
}

/** For a person: what to repeat, what was sent, and both answers. */
export function described({ count, first }: Cause): string {
  const { kind, signature, seed, step, request, answers } = first;
  return [
    `${kind} | ${signature}`,
    `  ${count} times, first at DIFFERENTIAL_SEED=${seed}, step ${step}: ${request.method} ${request.path}`,
    `  sent      ${JSON.stringify(request)}`,
    `  reference ${answers[0].trim()}`,
    `  ours      ${answers[1].trim()}`,
  ].join('\n');
}
