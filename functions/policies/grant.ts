/** The combined rules of one path, from all policies of a token (contract §5.3). Pure. */

import { addLimits, type ParameterLimits } from './parameters.ts';
import type { Capability, PathRule } from './pathRule.ts';

export interface Grant {
  /** `deny` is always alone. Empty if no rule has a capability, which grants nothing. */
  capabilities: Set<Capability>;
  parameters: ParameterLimits | undefined;
  /** Seconds. */
  minWrappingTtl: number | undefined;
  /** Seconds. */
  maxWrappingTtl: number | undefined;
  /** The greatest number of entries in a listing. */
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

/** Adds a rule: capabilities are united, a `deny` removes everything else, and the lower of two limits applies. */
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

/** Whether the grant allows any operation. */
export function grantsAnything({ capabilities }: Grant): boolean {
  return capabilities.size > 0 && !capabilities.has('deny');
}

function lower(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
