/** The moves of a run that the page prepares again: the service reads all of them as they are. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCsv } from '../../functions/bulk/csv.ts';
import { movesAsCsv } from '../../ui/words/movesAsCsv.ts';
import { withHeader } from '../../ui/words/readRules.ts';

function readAgain(moves: Parameters<typeof movesAsCsv>[0]) {
  return readCsv(withHeader(movesAsCsv(moves))).moves;
}

it.each(['#a/', "'=x/", '＝cmd', '=1+1/', ' a/', 'a"b,c;d\te/', 'from'])('%j is moved as it is', (from) => {
  expect(readAgain([{ from, to: 'to' }])).toEqual([{ from, to: 'to' }]);
});

it('paths are moved as they are, whatever they have', () => {
  const path = fc.string({
    unit: fc.constantFrom("'", '=', '＝', '-', '@', '"', ',', ';', '\t', ' ', '#', 'a'),
  });
  fc.assert(
    fc.property(fc.array(fc.record({ from: path, to: path }), { minLength: 1 }), (moves) => {
      expect(readAgain(moves)).toEqual(moves);
    }),
  );
});
