/** Lines of CSV, as the service reads them (docs/bulk.md). Pure. */

export function csvLine(values: (string | number)[]): string {
  return values.map(cellOf).join(',');
}

/** A spreadsheet takes a value that begins with one of these characters for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function cellOf(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",;\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
