/** What a token may do, by its policies (contract §5.3). Pure. */

import type { Operation } from '../http/message.ts';
import { getOrPut } from './getOrPut.ts';
import { addRule, emptyGrant, type Grant, grantsAnything } from './grant.ts';
import { pageLimit } from './pageLimit.ts';
import { parametersPass, type SentFields } from './parameters.ts';
import type { PathRule } from './pathRule.ts';
import { isPattern, newPattern, type PathPattern, patternKey, stronger } from './patterns.ts';
import type { Policy } from './policy.ts';
import { type RuleSearch, type Rules, searchOf } from './ruleSearch.ts';

/** A policy and its namespace (`''`, or `ns1/ns2/`), or the policy `root` of a token of that namespace. */
export type PolicySource = { namespacePath: string; policy: Policy } | { namespacePath: string; root: true };

/** It is made for one request, which may judge many paths by it. */
export interface Acl extends Rules {
  /** Paths of the namespaces in and below which everything is allowed. */
  rootPaths: string[];
  search: RuleSearch;
}

export interface AccessRequest extends Partial<SentFields> {
  operation: Operation;
  /** With the namespace's path, without a leading slash. */
  path: string;
}

export interface AccessDecision {
  allowed: boolean;
  /** Whether the rule grants `sudo`, which some paths need besides `allowed`. */
  sudo: boolean;
  /** Whether the policy `root` decided. */
  root: boolean;
  /** The answer must be wrapped for at least so many seconds; the caller enforces it. */
  minWrappingTtl?: number;
  /** The answer must be wrapped for at most so many seconds; the caller enforces it. */
  maxWrappingTtl?: number;
  /** Replaces the `limit` of the request; the caller applies it. */
  pageLimit?: number;
  /** Why the request cannot be judged, and so is not allowed. */
  unjudged?: string;
}

const PARAMETER_OPERATIONS: ReadonlySet<Operation> = new Set(['read', 'create', 'update', 'patch']);

/** @param now epoch milliseconds; without it, rules with an expiration are treated as expired */
export function buildAcl(sources: PolicySource[], now = Number.POSITIVE_INFINITY): Acl {
  const rootPaths: string[] = [];
  const rules: Rules = { exact: new Map(), patterns: new Map(), unjudged: [] };
  for (const source of sources) {
    if ('root' in source) rootPaths.push(source.namespacePath);
    else for (const rule of source.policy.rules) addTo(rules, source.namespacePath, rule, now);
  }
  return { ...rules, rootPaths, search: searchOf(rules) };
}

function addTo(rules: Rules, namespacePath: string, rule: PathRule, now: number): void {
  if (rule.expiresAt !== undefined && rule.expiresAt <= now) return;
  if (rule.unjudged !== undefined) {
    const { segments, isGlob } = newPattern(namespacePath, reachOf(rule.path));
    rules.unjudged.push({ segments, isGlob, why: rule.unjudged });
    return;
  }
  addRule(grantAt(rules, namespacePath, rule.path), rule);
}

/** All that a rule may match: a template may stand for anything. */
function reachOf(path: string): string {
  const template = path.indexOf('{{');
  return template === -1 ? path : `${path.slice(0, template)}*`;
}

function grantAt({ exact, patterns }: Rules, namespacePath: string, path: string): Grant {
  if (isPattern(path)) {
    return getOrPut(patterns, patternKey(namespacePath, path), () => newPattern(namespacePath, path)).grant;
  }
  return getOrPut(exact, namespacePath + path, emptyGrant);
}

/**
 * Decides about one request. Help is allowed to everybody, even on paths that need `sudo`.
 * @throws VaultError 400, as all functions here, when rules cannot judge so many paths (MAX_RULE_STEPS)
 */
export function authorize(
  acl: Acl,
  { operation, path, parameters = {}, fields, synonyms }: AccessRequest,
): AccessDecision {
  if (isUnderRoot(acl, path)) return { allowed: true, sudo: true, root: true };
  if (operation === 'help') return { allowed: true, sudo: true, root: false };
  const why = whyUnjudged(acl, path);
  if (why !== undefined) return { allowed: false, sudo: false, root: false, unjudged: why };
  const lists = operation === 'list' || operation === 'scan';
  const grant = lists ? findForList(acl, withSlash(path)) : find(acl, path);
  if (grant === undefined) return { allowed: false, sudo: false, root: false };
  const { capabilities, minWrappingTtl, maxWrappingTtl } = grant;
  const limits = PARAMETER_OPERATIONS.has(operation) ? grant.parameters : undefined;
  const page = lists ? pageOf(grant, parameters) : undefined;
  const isWithinLimits =
    page !== 'refused' && (limits === undefined || parametersPass(limits, { parameters, fields, synonyms }));
  return {
    allowed: operation !== 'head' && capabilities.has(operation) && isWithinLimits,
    sudo: capabilities.has('sudo'),
    root: false,
    ...(minWrappingTtl !== undefined && { minWrappingTtl }),
    ...(maxWrappingTtl !== undefined && { maxWrappingTtl }),
    ...(typeof page === 'number' && { pageLimit: page }),
  };
}

/**
 * Decides about what a request does or tells besides what it is for, such as the policies in a plan. A rule that demands a wrapped
 * answer (contract §5.2) does not allow that: only an answer of its own can be wrapped as the rule demands.
 */
export function authorizeBesides(acl: Acl, request: AccessRequest): AccessDecision {
  const decision = authorize(acl, request);
  return { ...decision, allowed: decision.allowed && isWrappedEnough(decision, 0) };
}

/**
 * Whether an answer is wrapped as a decision demands; each of the two limits demands that it is wrapped at all.
 * @param seconds for which it is wrapped; 0 if it is not
 */
export function isWrappedEnough(
  { minWrappingTtl, maxWrappingTtl }: AccessDecision,
  seconds: number,
): boolean {
  if (!minWrappingTtl && !maxWrappingTtl) return true;
  if (seconds === 0) return false;
  return seconds >= (minWrappingTtl || 0) && seconds <= (maxWrappingTtl || Number.POSITIVE_INFINITY);
}

/** A listing is also judged by rules for its path without the slash. */
function whyUnjudged({ search }: Acl, path: string): string | undefined {
  return search.whyUnjudged(path) ?? (path.endsWith('/') ? search.whyUnjudged(path.slice(0, -1)) : undefined);
}

function pageOf({ paginationLimit, parameters }: Grant, { limit }: Record<string, unknown>) {
  return pageLimit(paginationLimit, parameters?.required.has('limit') ?? false, limit);
}

/**
 * As for a listing, a path `foo/` without a rule has the capabilities of `foo` (contract §10).
 * @returns the capabilities, sorted; or `['root']` or `['deny']` alone
 */
export function capabilitiesOf(acl: Acl, path: string): string[] {
  if (isUnderRoot(acl, path)) return ['root'];
  const grant = findForList(acl, path);
  return grant && grantsAnything(grant) ? [...grant.capabilities].sort() : ['deny'];
}

/**
 * Whether anything is allowed on a mount or on a path in it (contract §10).
 * @param mountPath with the namespace's path and a trailing slash
 */
export function mayReachMount(acl: Acl, mountPath: string): boolean {
  if (capabilitiesOf(acl, mountPath)[0] !== 'deny') return true;
  if (acl.search.grantBelow(mountPath)) return true;
  // A glob that matches the mount's path matches every path in it. So weaker globs decide no path there.
  const globs = acl.search.matching(mountPath).filter(({ isGlob }) => isGlob);
  const covering = strongest(globs);
  return covering !== undefined && grantsAnything(covering);
}

function isUnderRoot({ rootPaths }: Acl, path: string): boolean {
  return rootPaths.some((rootPath) => path.startsWith(rootPath));
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** The best rule decides alone, even if it lacks the requested capability. */
function find({ exact, search }: Acl, path: string): Grant | undefined {
  return exact.get(path) ?? strongest(search.matching(path));
}

/** Rules for the path as it is take precedence over rules for the path without its slash. */
function findForList({ exact, search }: Acl, path: string): Grant | undefined {
  const bare = path.replace(/\/$/, '');
  const found = exact.get(path) ?? exact.get(bare) ?? strongest(search.matching(path));
  return found ?? (bare === path ? undefined : strongest(search.matching(bare)));
}

function strongest(patterns: readonly PathPattern[]): Grant | undefined {
  let best = patterns[0];
  for (const pattern of patterns) if (best && pattern !== best) best = stronger(best, pattern);
  return best?.grant;
}
