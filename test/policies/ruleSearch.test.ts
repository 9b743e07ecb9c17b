/** Many paths at once are judged as each of them alone, and in time, however many rules there are. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_POLICY_BYTES, MAX_RULE_STEPS, MAX_TOKEN_POLICIES } from '../../functions/limits.ts';
import {
  type Acl,
  authorize,
  buildAcl,
  capabilitiesOf,
  mayReachMount,
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
const capabilities = fc.constantFrom<Capability[]>(['read'], ['list', 'update'], ['deny'], []);
const rules = fc.array(fc.record<PathRule>({ path: rulePath, capabilities }), { maxLength: 150 });
const strange = rulePath.map((path): PathRule => ({ path, capabilities: [], unjudged: 'strange' }));
const sources = fc.array(
  fc.record({
    namespacePath: fc.constantFrom('', 'a/', 'a+/'),
    policy: fc.oneof(fc.record({ rules }), fc.record({ rules: fc.array(strange, { maxLength: 2 }) })),
  }),
  { maxLength: 3 },
);

/** All that may be asked about a path. */
const JUDGE: ((acl: Acl, path: string) => unknown)[] = [
  capabilitiesOf,
  (acl, path) => mayReachMount(acl, `${path}/`),
  (acl, path) => authorize(acl, { operation: 'read', path }),
  (acl, path) => authorize(acl, { operation: 'list', path }),
];

it('several paths are judged as each of them alone', () => {
  fc.assert(
    fc.property(sources, fc.array(path, { minLength: 2, maxLength: 12 }), (policies, paths) => {
      const acl = buildAcl(policies);
      for (const judge of JUDGE) {
        const together = paths.map((one) => judge(acl, one));
        expect(together).toEqual(paths.map((one) => judge(buildAcl(policies), one)));
      }
    }),
    { numRuns: 1_000 },
  );
});

/** Far more than a search takes, far less than comparing 10,000 paths with all rules. */
const PATIENCE_MS = 10_000;
const RULES = MAX_TOKEN_POLICIES * Math.floor(MAX_POLICY_BYTES / 50);

function aclOf(pathOf: (i: number) => string, others: Partial<PathRule> = {}) {
  const own = Array.from(
    { length: RULES },
    (_, i): PathRule => ({ path: pathOf(i), capabilities: ['read'], ...others }),
  );
  return buildAcl([{ namespacePath: '', policy: { rules: own } }]);
}

describe('as many rules as a token may have', () => {
  it.each<[what: string, pathOf: (i: number) => string, others?: Partial<PathRule>]>([
    ['globs', (i) => `secret/${i}*`],
    ['segment wildcards', (i) => `+/+/${i}/+`],
    ['teams', (i) => `secret/data/${i}/+/*`],
    ['rules that cannot be judged', (i) => `secret/data/${i}/{{x}}`, { unjudged: 'it has a template' }],
  ])('%s judge 10,000 paths in time', (_, pathOf, others) => {
    const acl = aclOf(pathOf, others);
    const paths = Array.from(
      { length: 10_000 },
      (_, i) => `${['secret/data/', 'secret/'][i % 3] ?? `secret/data/${i}/a/b/`}`,
    );
    const { ms } = processorTimeOf(() => {
      for (const judge of JUDGE) for (const one of paths) judge(acl, one);
    });
    expect(ms).toBeLessThan(PATIENCE_MS);
  });

  /** A rule for each choice of segments that are `+`: all of them match the same paths. */
  function alike(i: number): string {
    return `${Array.from({ length: 17 }, (_, k) => ((i >> k) & 1 ? '+' : 'a')).join('/')}/*`;
  }

  it('refuse, in time, paths that need more than MAX_RULE_STEPS', () => {
    const paths = Array.from({ length: 10_000 }, (_, i) => `${'a/'.repeat(17)}${i}`);
    expect(paths.length * RULES).toBeGreaterThan(MAX_RULE_STEPS);
    const acl = aclOf(alike);
    const refused = 'the policies of the token have too many rules with wildcards for so many paths at once';
    const { ms } = processorTimeOf(() => {
      for (const judge of JUDGE)
        expect(() => paths.map((one) => judge(acl, one))).toThrow(
          expect.objectContaining({ status: 400, errors: [refused] }),
        );
    });
    expect(ms).toBeLessThan(PATIENCE_MS);
  });

  it('judge a few such paths', () => {
    const acl = aclOf(alike);
    expect(['a', 'b'].map((end) => capabilitiesOf(acl, 'a/'.repeat(17) + end))).toEqual([['read'], ['read']]);
  });
});
