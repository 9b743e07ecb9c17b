/** The index finds exactly what comparing with each pattern finds. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { indexPatterns } from '../../functions/policies/patternIndex.ts';
import { matches, newPattern } from '../../functions/policies/patterns.ts';

const segment = fc.constantFrom('', 'a', 'ab', 'b', '+');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const pattern = fc.tuple(path, fc.constantFrom('', '*')).map(([text, end]) => newPattern('', text + end));

it('a path has the same patterns in the index as among all', () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 200 }), path, (patterns, sent) => {
      const segments = sent.split('/');
      const { found } = indexPatterns(patterns).matching(segments);
      expect(new Set(found)).toEqual(new Set(patterns.filter((one) => matches(one, segments))));
      expect(found.length).toBe(new Set(found).size);
    }),
  );
});
