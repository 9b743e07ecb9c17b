/** The steps of a sequence, chosen by its seed. Pure. */

import { type Chance, chanceOf } from '../../support/chance.ts';
import { EDGE_KINDS } from './kinds/edges.ts';
import { KV_KINDS } from './kinds/kv.ts';
import { LEASE_KINDS } from './kinds/leases.ts';
import { LOGIN_KINDS } from './kinds/logins.ts';
import { MOUNT_KINDS } from './kinds/mounts.ts';
import { NAMESPACE_KINDS } from './kinds/namespaces.ts';
import { POLICY_KINDS } from './kinds/policies.ts';
import { TOKEN_KINDS } from './kinds/tokens.ts';
import { WRAPPING_KINDS } from './kinds/wrapping.ts';
import type { Kinds, Step } from './step.ts';

const KINDS: Kinds = {
  ...MOUNT_KINDS,
  ...KV_KINDS,
  ...POLICY_KINDS,
  ...TOKEN_KINDS,
  ...LEASE_KINDS,
  ...NAMESPACE_KINDS,
  ...LOGIN_KINDS,
  ...WRAPPING_KINDS,
  ...EDGE_KINDS,
};

/** The names of the kinds, each as often as its weight says. */
const DRAWN = Object.entries(KINDS).flatMap(([kind, [weight]]) => Array<string>(weight).fill(kind));

export function stepsOf(seed: number, count: number): { kind: string; step: Step }[] {
  const chance = chanceOf(seed);
  return Array.from({ length: count }, () => drawn(chance));
}

function drawn(chance: Chance): { kind: string; step: Step } {
  const kind = chance.pick(DRAWN);
  const [, make] = KINDS[kind] as (typeof KINDS)[string];
  return { kind, step: make(chance) };
}
