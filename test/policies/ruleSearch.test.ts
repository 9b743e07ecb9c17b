/** Many paths at once are judged as each of them alone, and in time, however many rules there are. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_POLICY_BYTES, MAX_RULE_STEPS, MAX_TOKEN_POLICIES } from '../../functions/limits.ts';
import {
  buildAcl,
  capabilitiesOf,
  capabilitiesOfEach,
  mayReachMount,
  reachableMounts,
} from '../../functions/policies/acl.ts';
import type { Capability, PathRule } from '../../functions/policies/pathRule.ts';
import { processorTimeOf } from '../support/processorTime.ts';

const segment = fc.constantFrom('a', 'b', 'ab', 'a+', '');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const rulePath = fc
  .tuple(
    fc.array(fc.oneof(segment, fc.constant('+')), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '*'),
  )
  .map(([segments, end]) => segments.join('/') + end);
const capabilities = fc.constantFrom<Capability[]>(['read'], ['update'], ['deny'], []);
const rules = fc.array(fc.record<PathRule>({ path: rulePath, capabilities }), { maxLength: 150 });
const sources = fc.array(
  fc.record({
    namespacePath: fc.constantFrom('', 'a/', 'a+/'),
    policy: fc.record({ rules }),
  }),
  { maxLength: 3 },
);

it('several paths and mounts are judged as each of them alone', () => {
  fc.assert(
    fc.property(sources, fc.array(path, { minLength: 2, maxLength: 12 }), (policies, paths) => {
      const acl = buildAcl(policies);
      const mounts = paths.map((one) => `${one}/`);

      expect(capabilitiesOfEach(acl, paths)).toEqual(paths.map((one) => capabilitiesOf(acl, one)));
      expect(reachableMounts(acl, mounts)).toEqual(new Set(mounts.filter((one) => mayReachMount(acl, one))));
    }),
    { numRuns: 2_000 },
  );
});

/** Far more than a search takes, far less than comparing 10,000 paths with all rules. */
const PATIENCE_MS = 3_000;
const RULES = MAX_TOKEN_POLICIES * Math.floor(MAX_POLICY_BYTES / 50);

function aclOf(pathOf: (i: number) => string, count = RULES) {
  const own = Array.from(
    { length: count },
    (_, i): PathRule => ({ path: pathOf(i), capabilities: ['read'] }),
  );
  return buildAcl([{ namespacePath: '', policy: { rules: own } }]);
}

it.each([
  ['globs', (i: number) => `secret/${i}*`],
  ['segment wildcards', (i: number) => `+/+/${i}/+`],
  ['teams', (i: number) => `secret/data/${i}/+/*`],
])('10,000 paths are judged in time by as many %s as a token may have', (_, pathOf) => {
  const acl = aclOf(pathOf);
  const paths = Array.from(
    { length: 10_000 },
    (_, i) => `${['secret/data/', 'secret/'][i % 3] ?? `secret/data/${i}/a/b/`}`,
  );
  const { ms } = processorTimeOf(() => [capabilitiesOfEach(acl, paths), reachableMounts(acl, paths)]);
  expect(ms).toBeLessThan(PATIENCE_MS);
});

/** A rule for each choice of segments that are `+`: all of them match the same paths. */
function alike(i: number): string {
  return `${Array.from({ length: 17 }, (_, k) => ((i >> k) & 1 ? '+' : 'a')).join('/')}/*`;
}

it('paths that need more than MAX_RULE_STEPS are refused in time, and fewer are judged', () => {
  const acl = aclOf(alike);
  const paths = Array.from({ length: 10_000 }, (_, i) => `${'a/'.repeat(17)}${i}`);
  expect(paths.length * RULES).toBeGreaterThan(MAX_RULE_STEPS);
  const refused = 'the policies of the token have too many rules with wildcards for so many paths at once';
  for (const judge of [capabilitiesOfEach, reachableMounts]) {
    const { ms } = processorTimeOf(() => {
      expect(() => judge(acl, paths)).toThrow(expect.objectContaining({ status: 400, errors: [refused] }));
    });
    expect(ms).toBeLessThan(PATIENCE_MS);
  }
  expect(capabilitiesOfEach(acl, paths.slice(0, 2))).toEqual([['read'], ['read']]);
});
