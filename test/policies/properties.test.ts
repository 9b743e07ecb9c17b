/** Policies against random text, random policies and a naive reading of the rules. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../functions/http/message.ts';
import { authorize, buildAcl, capabilitiesOf, mayReachMount } from '../../functions/policies/acl.ts';
import { CAPABILITIES, type Capability, type PathRule } from '../../functions/policies/pathRule.ts';
import { PolicyError, parsePolicy } from '../../functions/policies/policy.ts';
import { processorTimeOf } from '../support/processorTime.ts';
import { naiveAccess, naiveFind } from './naiveAcl.ts';
import { printHcl, printJson } from './printPolicy.ts';

const PIECES = [
  ...[
    'path',
    'name',
    'capabilities',
    'policy',
    'allowed_parameters',
    '"a"',
    '"secret/*"',
    '"read"',
    '"{{x}}"',
  ],
  ...['{', '}', '[', ']', '=', ':', ',', '"', '\\', '${', '/*', '*/', '#', '//', '\n', ' ', '<<E\n', '\nE\n'],
  ...['1', '-0x', '1e', 'true', 'null', '\u0000', '\ud800', 'é', '\uFEFF', '\\u', '"\\', '+*'],
];

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => `{${pieces.join('')}}`),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 20 }).map((pieces) => `path "a" { ${pieces.join(' ')} }`),
);

const capabilities: fc.Arbitrary<Capability[]> = fc.oneof(
  fc.constant<Capability[]>(['deny']),
  fc.uniqueArray(fc.constantFrom(...CAPABILITIES.filter((capability) => capability !== 'deny'))),
);

const text = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((value) => value.isWellFormed());
const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
);
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 2 }),
  fc.dictionary(text, scalar, { maxKeys: 2 }),
);
/** The printer goes through objects, which would put numbers first. */
const name = text.map((word) => word.toLowerCase()).filter((word) => !/^\d+$/.test(word));
const parameters = fc.uniqueArray(fc.record({ name, values: fc.array(value, { maxLength: 3 }) }), {
  selector: (parameter) => parameter.name,
  minLength: 1,
  maxLength: 3,
});
const freePath = text.filter((path) => !/^\/|\+\*|\{\{|\}\}/.test(path));
const freeRule = fc.record<PathRule, 'path' | 'capabilities'>(
  {
    path: freePath,
    capabilities,
    allowedParameters: parameters,
    deniedParameters: parameters,
    requiredParameters: fc.array(name, { minLength: 1, maxLength: 3 }),
    minWrappingTtl: fc.integer({ min: 1, max: 100 }),
    maxWrappingTtl: fc.integer({ min: 100, max: 1_000 }),
    expiresAt: fc.integer({ min: 1, max: 4_102_444_800_000 }),
  },
  { requiredKeys: ['path', 'capabilities'] },
);

/** Few segments, so that rules and paths meet often. */
const segment = fc.constantFrom('a', 'b', 'ab', '');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const rulePath = fc
  .tuple(
    fc.array(fc.oneof(segment, fc.constantFrom('+', 'a+')), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '*'),
  )
  .map(([segments, glob]) => (segments.join('/') + glob).replace(/^\//, ''))
  .filter((written) => !written.includes('+*'));
const source = fc.record({
  namespacePath: fc.constantFrom('', '', 'a/', 'a/b/'),
  policy: fc.record({
    rules: fc.array(fc.record<PathRule>({ path: rulePath, capabilities }), { maxLength: 6 }),
  }),
});
const sources = fc.array(source, { maxLength: 4 });
const operation: fc.Arbitrary<Operation> = fc.constantFrom(
  'read',
  'list',
  'update',
  'create',
  'delete',
  'patch',
  'scan',
);

describe('policies, at random', () => {
  it('either parse or are refused with a PolicyError, at once', () => {
    fc.assert(
      fc.property(anyText, (policy) => {
        const { ms } = processorTimeOf(() => {
          try {
            parsePolicy(policy);
          } catch (error) {
            expect(error).toBeInstanceOf(PolicyError);
            expect((error as Error).message).toMatch(/^failed to parse policy: ./);
          }
        });
        expect(ms).toBeLessThan(500);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['HCL', printHcl],
    ['JSON', printJson],
  ])('come back from their print in %s', (_syntax, print) => {
    fc.assert(
      fc.property(fc.array(freeRule, { maxLength: 4 }), (rules) => {
        expect(parsePolicy(print(rules)).rules).toEqual(rules);
      }),
      { numRuns: 500 },
    );
  });

  it('are the same after a round through the store', () => {
    fc.assert(
      fc.property(fc.array(freeRule, { maxLength: 4 }), (rules) => {
        const policy = parsePolicy(printHcl(rules));
        expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
      }),
      { numRuns: 200 },
    );
  });

  it('allow what the naive reading of the rules allows', () => {
    fc.assert(
      fc.property(sources, path, operation, (policies, asked, wanted) => {
        const { allowed, sudo } = authorize(buildAcl(policies), { operation: wanted, path: asked });

        expect({ allowed, sudo }).toEqual(naiveAccess(policies, wanted, asked));
      }),
      { numRuns: 5_000 },
    );
  });

  it('have the capabilities the naive reading finds', () => {
    fc.assert(
      fc.property(sources, path, (policies, asked) => {
        const found = naiveFind(policies, asked, true);

        expect(capabilitiesOf(buildAcl(policies), asked)).toEqual(found.length > 0 ? found.sort() : ['deny']);
      }),
      { numRuns: 2_000 },
    );
  });

  it('show every mount in which they allow anything', () => {
    fc.assert(
      fc.property(
        sources,
        fc.constantFrom('a', 'b', 'a/b'),
        path,
        operation,
        (policies, mount, below, wanted) => {
          const acl = buildAcl(policies);
          fc.pre(authorize(acl, { operation: wanted, path: `${mount}/${below}` }).allowed);

          expect(mayReachMount(acl, `${mount}/`)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('do not depend on the order in which they come', () => {
    fc.assert(
      fc.property(sources, path, (policies, asked) => {
        expect(capabilitiesOf(buildAcl([...policies].reverse()), asked)).toEqual(
          capabilitiesOf(buildAcl(policies), asked),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
