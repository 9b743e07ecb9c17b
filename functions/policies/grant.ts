/** What the rules of one path, from whatever policies, give together (contract §5.3). */

import { addLimits, type ParameterLimits } from './parameters.ts';
import type { Capability, PathRule } from './pathRule.ts';

export interface Grant {
  /** `deny` is always alone; empty for rules without any capability, which grant nothing. */
  capabilities: Set<Capability>;
  parameters: ParameterLimits | undefined;
  /** Seconds. */
  minWrappingTtl: number | undefined;
  /** Seconds. */
  maxWrappingTtl: number | undefined;
  /** Entries that a listing answers at most. */
  paginationLimit: number | undefined;
}

export function emptyGrant(): Grant {
  return {
    capabilities: new Set(),
    parameters: undefined,
    minWrappingTtl: undefined,
    maxWrappingTtl: undefined,
    paginationLimit: undefined,
  };
}

/** Capabilities are united, a deny puts an end to everything, and of two bounds the lower one counts. */
export function addRule(grant: Grant, rule: PathRule): void {
  if (grant.capabilities.has('deny')) return;
  if (rule.capabilities.includes('deny')) {
    Object.assign(grant, emptyGrant());
    grant.capabilities.add('deny');
    return;
  }
  for (const capability of rule.capabilities) grant.capabilities.add(capability);
  grant.parameters = addLimits(grant.parameters, rule);
  grant.minWrappingTtl = lower(grant.minWrappingTtl, rule.minWrappingTtl);
  grant.maxWrappingTtl = lower(grant.maxWrappingTtl, rule.maxWrappingTtl);
  grant.paginationLimit = lower(grant.paginationLimit, rule.paginationLimit);
}

/** Whether there is any operation that the grant allows. */
export function grantsAnything({ capabilities }: Grant): boolean {
  return capabilities.size > 0 && !capabilities.has('deny');
}

function lower(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
