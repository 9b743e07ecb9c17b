/** Compiles the text of a policy to the rules that are stored and evaluated (contract §5.2). Pure. */

import { MAX_COMPILED_POLICY_BYTES } from '../limits.ts';
import { type HclObject, parseHcl } from './hcl.ts';
import { bodyOf, checkKeys } from './hclFields.ts';
import { compilePathRule, type PathRule } from './pathRule.ts';
import { PolicySyntaxError } from './policySyntaxError.ts';

/** It is stored as JSON. */
export interface Policy {
  rules: PathRule[];
}

/** The text of a policy is refused. The message is the whole text of the answer (contract §5.1). */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(problem: string) {
    super(`failed to parse policy: ${problem}`);
  }
}

/** @throws PolicyError and nothing else */
export function parsePolicy(text: string): Policy {
  const policy = { rules: compile(text) };
  if (Buffer.byteLength(JSON.stringify(policy)) <= MAX_COMPILED_POLICY_BYTES) return policy;
  throw new PolicyError(`its rules are longer than ${MAX_COMPILED_POLICY_BYTES} bytes`);
}

function compile(text: string): PathRule[] {
  try {
    return rulesOf(parseHcl(text));
  } catch (error) {
    throw error instanceof PolicySyntaxError ? new PolicyError(error.message) : error;
  }
}

function rulesOf(root: HclObject): PathRule[] {
  checkKeys(root, ['name', 'path']);
  return root.entries
    .filter(({ key }) => key === 'path')
    .flatMap(({ value }) => bodyOf(value, 'path').entries)
    .map(compilePathRule)
    .filter((rule) => rule !== undefined);
}
