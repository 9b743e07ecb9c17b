/** Bar charts as SVG, legible on light and dark backgrounds. Pure. */

interface Bar {
  label: string;
  value: number;
  /** The value as text, shown after the bar. */
  shown: string;
  /** Whether the bar is not the service's own, but one to compare it with. */
  other?: boolean;
}

export interface Chart {
  title: string;
  bars: Bar[];
  /** Whether the scale is logarithmic, for values that are far apart. */
  logarithmic?: boolean;
}

export const WIDTH = 760;
const LABELS = 300;
const VALUES = 120;
const ROW = 28;
const TOP = 40;

export const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-weight: 600; font-size: 15px }
    .note { fill: #57606a }
    .own { fill: #2f6fdb } .other { fill: #9aa4b0 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .note { fill: #9da7b1 } .own { fill: #5b9bff } .other { fill: #6b7684 }
    }`;

export function svgOf({ title, bars, logarithmic = false }: Chart): string {
  const height = TOP + bars.length * ROW + 12;
  const lengthOf = logarithmic ? logarithmicScale(bars) : linearScale(bars);
  const rows = bars.map((bar, i) => row(bar, TOP + i * ROW, lengthOf(bar.value)));
  const note = logarithmic
    ? [`  <text class="note" x="${WIDTH - 12}" y="22" text-anchor="end">logarithmic</text>`]
    : [];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">`,
    `  <style>${STYLE}\n  </style>`,
    `  <text class="title" x="12" y="22">${escaped(title)}</text>`,
    ...note,
    ...rows,
    '</svg>\n',
  ].join('\n');
}

function row({ label, shown, other }: Bar, y: number, length: number): string {
  const middle = y + 17;
  return [
    `  <text x="${LABELS - 8}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
    `  <rect class="${other ? 'other' : 'own'}" x="${LABELS}" y="${y + 3}" width="${length.toFixed(1)}" height="${ROW - 8}" rx="3"/>`,
    `  <text x="${(LABELS + length + 8).toFixed(1)}" y="${middle}">${escaped(shown)}</text>`,
  ].join('\n');
}

type Scale = (value: number) => number;

const LONGEST = WIDTH - LABELS - VALUES;

function linearScale(bars: Bar[]): Scale {
  const most = Math.max(...bars.map(({ value }) => value));
  return (value) => (most > 0 ? (LONGEST * value) / most : 0);
}

/** From a tenth of the smallest value to the largest, so that the smallest bar is visible, too. */
function logarithmicScale(bars: Bar[]): Scale {
  const values = bars.map(({ value }) => value);
  const [from, to] = [Math.log10(Math.min(...values)) - 1, Math.log10(Math.max(...values))];
  return (value) => (LONGEST * (Math.log10(value) - from)) / (to - from);
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
