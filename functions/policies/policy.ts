/** Compiles the text of a policy to the rules that are stored and evaluated (contract §5.2). Pure. */

import { goQuote } from '../http/errors.ts';
import { MAX_COMPILED_POLICY_BYTES } from '../limits.ts';
import { type HclEntry, type HclObject, parseHcl } from './hcl.ts';
import { bodyOf, checkKeys } from './hclFields.ts';
import { compileClusterRule, compilePathRule, type PathRule } from './pathRule.ts';
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
  const policy = { rules: compile(text, compilePathRule) };
  if (Buffer.byteLength(JSON.stringify(policy)) <= MAX_COMPILED_POLICY_BYTES) return policy;
  throw new PolicyError(`its rules are longer than ${MAX_COMPILED_POLICY_BYTES} bytes`);
}

/**
 * Compiles a policy of a cluster. It may have been written for another server, so what is not understood must not be
 * passed over: it could deny what the other policies of a token allow.
 */
export function parseClusterPolicy(name: string, text: string): Policy {
  try {
    return { rules: compile(text, compileClusterRule) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return {
      rules: [{ path: '*', capabilities: [], unjudged: `policy ${goQuote(name)} is not understood` }],
    };
  }
}

type CompileRule = (entry: HclEntry) => PathRule | undefined;

function compile(text: string, compileRule: CompileRule): PathRule[] {
  try {
    return rulesOf(parseHcl(text), compileRule);
  } catch (error) {
    throw error instanceof PolicySyntaxError ? new PolicyError(error.message) : error;
  }
}

function rulesOf(root: HclObject, compileRule: CompileRule): PathRule[] {
  checkKeys(root, ['name', 'path']);
  return ruleEntries(root)
    .map(compileRule)
    .filter((rule) => rule !== undefined);
}

/**
 * The rules of a policy as they are written: their keys are the paths.
 * @throws PolicySyntaxError
 */
export function ruleEntries({ entries }: HclObject): HclEntry[] {
  return entries.filter(({ key }) => key === 'path').flatMap(({ value }) => bodyOf(value, 'path').entries);
}
