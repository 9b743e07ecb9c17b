/**
 * Requests whose path names something in another spelling than the service reads it, such as the user `BOSS` or the
 * mount `kv/` (contract §5.3). Pure.
 */

import { type AccessDecision, type AccessRequest, type Acl, authorize } from './acl.ts';

/**
 * The paths that have to be allowed. A rule with exactly the path that was sent is meant for it, so it decides alone,
 * unless another rule has exactly the path as it is read.
 */
export function judgedPaths({ exact }: Pick<Acl, 'exact'>, sent: string, read: string): string[] {
  return sent === read || (exact.has(sent) && !exact.has(read)) ? [sent] : [sent, read];
}

/**
 * Decides about one request: every path has to be allowed.
 * @param paths with the namespace's path, without a leading slash; at least one
 */
export function authorizeAll(
  acl: Acl,
  paths: readonly string[],
  request: Omit<AccessRequest, 'path'>,
): AccessDecision {
  return paths.map((path) => authorize(acl, { ...request, path })).reduce(both);
}

/** What two decisions allow together; where both have a limit, the narrower one. */
function both(a: AccessDecision, b: AccessDecision): AccessDecision {
  const unjudged = a.unjudged ?? b.unjudged;
  const minWrappingTtl = narrower(Math.max, a.minWrappingTtl, b.minWrappingTtl);
  const maxWrappingTtl = narrower(Math.min, a.maxWrappingTtl, b.maxWrappingTtl);
  const pageLimit = shorterPage(a.pageLimit, b.pageLimit);
  return {
    allowed: a.allowed && b.allowed,
    sudo: a.sudo && b.sudo,
    root: a.root && b.root,
    ...(minWrappingTtl !== undefined && { minWrappingTtl }),
    ...(maxWrappingTtl !== undefined && { maxWrappingTtl }),
    ...(pageLimit !== undefined && { pageLimit }),
    ...(unjudged !== undefined && { unjudged }),
  };
}

function narrower(
  choose: (a: number, b: number) => number,
  a: number | undefined,
  b: number | undefined,
): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : choose(a, b);
}

/** A limit of 0 is none. */
function shorterPage(a: number | undefined, b: number | undefined): number | undefined {
  return a && b ? Math.min(a, b) : a || (b ?? a);
}
