import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../functions/bulk/csv.ts';
import { csvLine } from '../../functions/bulk/csvLine.ts';

const HEADER = csvLine(['from', 'to']);

describe('a line of CSV', () => {
  it.each(['=1+1', '+a', '-a/', '@a', '\ta', '\ra', '\na', '＝a', "'=a", "''-a", "=cmd|' /C calc'!A0"])(
    'begins with a quote where a spreadsheet would take %j for a formula',
    (value) => {
      expect(csvLine([value, 'b'])).toMatch(/^"?'/);
      expect(csvLine(['b', value])).toMatch(/^b,"?'/);
    },
  );

  it.each([';', ',', '|', '\t', '\n'])(
    'has no formula for a reader that takes %j for the end of a cell',
    (separator) => {
      const value = `a${separator}=1+1${separator}' -b${separator}c`;
      const cells = csvLine([value]).split(separator);
      expect(cells.map((cell) => /^[' ]*[=-]/.test(cell) === cell.startsWith("'"))).not.toContain(false);
      expect(readCsv(HEADER + csvLine([value, 'b'])).moves).toEqual([{ from: value, to: 'b' }]);
    },
  );

  it.each(['a', 'a=b/', "it's/", "'a/", '', 'a-b'])('has %j as it is', (value) => {
    expect(csvLine([value])).toBe(`${value}\r\n`);
  });

  it('is read as it was written, whatever it has', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({
        unit: fc.constantFrom("'", '=', '-', '+', '@', '"', ',', ';', '|', '\r', '\n', '\t', ' ', '#', 'a'),
      }),
    );
    fc.assert(
      fc.property(text, text, (from, to) => {
        expect(readCsv(HEADER + csvLine([from, to])).moves).toEqual([{ from, to }]);
      }),
    );
  });

  it('that nobody marked is read as it is', () => {
    expect(readCsv('from,to\n=a,-b\n').moves).toEqual([{ from: '=a', to: '-b' }]);
    expect(readCsv("from,to\n'a,it's\n").moves).toEqual([{ from: "'a", to: "it's" }]);
  });
});
