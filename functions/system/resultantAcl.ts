/** All that a token's policies come to, for clients that show only what may be used (contract §10). */

import type { Call, Reply } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import type { Grant } from '../policies/grant.ts';

export const RESULTANT_ACL = {
  root: 'bool',
  'exact_paths?': 'map',
  'glob_paths?': 'map',
} as const satisfies Shape;

/** Rules with a `+` segment are in neither list, as in Vault. */
export async function readResultantAcl({
  caller,
  namespace,
}: Call): Promise<Reply<Wire<typeof RESULTANT_ACL>> | undefined> {
  if (!caller) return undefined;
  const { rootPaths, exact, patterns } = caller.acl;
  if (rootPaths.some((path) => namespace.path.startsWith(path))) return { data: { root: true } };
  const globs = [...patterns.values()].filter(({ isGlob, wildcards }) => isGlob && wildcards === 0);
  return {
    data: {
      root: false,
      exact_paths: shown([...exact]),
      glob_paths: shown(globs.map(({ text, grant }) => [text, grant])),
    },
  };
}

function shown(grants: [string, Grant][]): Record<string, unknown> {
  return Object.fromEntries(grants.map(([path, grant]) => [path, grantObject(grant)]));
}

function grantObject({ capabilities, minWrappingTtl, maxWrappingTtl }: Grant) {
  return {
    capabilities: capabilities.size > 0 ? [...capabilities].sort() : ['deny'],
    ...(minWrappingTtl !== undefined && { min_wrapping_ttl: minWrappingTtl }),
    ...(maxWrappingTtl !== undefined && { max_wrapping_ttl: maxWrappingTtl }),
  };
}
