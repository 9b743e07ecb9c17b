/** Plays a sequence on both sides, and tells each difference of their answers. */

import { type Answer, exchange, type Side } from '../../support/exchange.ts';
import { differencesOf } from './compare.ts';
import { filled, type Step } from './step.ts';
import { stepsOf } from './steps.ts';
import { endOfMove, newWorld, upgraded } from './world.ts';

export interface Difference {
  kind: string;
  /** The same for every difference of one cause: {@link differencesOf}. */
  signature: string;
  seed: number;
  step: number;
  request: Step;
  answers: [reference: string, ours: string];
}

export interface Played {
  steps: number;
  differences: Difference[];
}

interface Player {
  side: Side;
  kept: Map<string, string>;
}

const LONGEST_ANSWER = 400;

/**
 * When a change is answered with success on one side alone, the rest goes on in a namespace of its own, so that no
 * difference is told twice.
 * @throws Error if a namespace cannot be made
 */
export async function play(sides: readonly [Side, Side], seed: number, count: number): Promise<Played> {
  const differences: Difference[] = [];
  let part = 0;
  let namespace = await newWorld(sides, seed, part);
  let players = playersOf(sides);
  for (const [index, { kind, step }] of stepsOf(seed, count).entries()) {
    const [reference, ours] = await Promise.all([
      perform(players[0], namespace, step),
      perform(players[1], namespace, step),
    ]);
    const answers = [reference, ours].map(
      ({ status, text }) => `${status} ${text.slice(0, LONGEST_ANSWER)}`,
    ) as Difference['answers'];
    for (const signature of differencesOf(reference, ours))
      differences.push({ kind, signature, seed, step: index, request: step, answers });
    if (!isChange(step) || isSuccess(reference) === isSuccess(ours)) continue;
    namespace = await newWorld(sides, seed, ++part);
    players = playersOf(sides);
  }
  return { steps: count, differences };
}

const playersOf = ([reference, ours]: readonly [Side, Side]): [Player, Player] => [
  { side: reference, kept: new Map() },
  { side: ours, kept: new Map() },
];

async function perform({ side, kept }: Player, namespace: string, step: Step): Promise<Answer> {
  const { below = '', keep = {}, ...request } = filled(step, kept);
  const answer = await exchange(side, namespace + below, request);
  for (const [name, path] of Object.entries(keep)) {
    const value = path.split('.').reduce((json, key) => json?.[key], answer.json);
    if (typeof value === 'string' && value !== '') kept.set(name, value);
  }
  if (answer.status !== 200 && answer.status !== 204) return answer;
  if (step.path === 'sys/remount' && answer.json?.migration_id)
    return { ...answer, json: { ...answer.json, end: await endOfMove(side, namespace, answer) } };
  const [, mount] = /^sys\/mounts\/(.+?)(?:\/tune)?$/.exec(step.path) ?? [];
  if (mount && isChange(step)) await upgraded(side, namespace, mount);
  return answer;
}

function isChange({ method }: Step): boolean {
  return !['GET', 'HEAD', 'LIST', 'OPTIONS'].includes(method);
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}
