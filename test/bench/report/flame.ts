/** Flame graphs as SVG, legible on light and dark backgrounds. Pure. */

import type { Flame } from '../where/attribute.ts';
import { PARTS, type Part } from '../where/parts.ts';
import { escaped, STYLE, WIDTH } from './chart.ts';

const ROW = 20;
const TOP = 76;
const LEGEND_ROW = 16;
const EDGE = 12;
/** Of a letter in a box, about. */
const LETTER = 6.4;

/** One colour for each group of parts, on light and on dark. */
const COLOURS: Record<Part, [light: string, dark: string]> = {
  ours: ['#7fb2ff', '#2f5fa8'],
  sdk: ['#ffc078', '#8a5417'],
  serialisation: ['#ffe08a', '#75631a'],
  hash: ['#e3a6e8', '#7a3f80'],
  log: ['#c9b6f2', '#58458a'],
  gateway: ['#8fdcb4', '#226b48'],
  runtime: ['#a3d8d4', '#2a6661'],
  aws: ['#bfe3a0', '#4a6b2b'],
  sockets: ['#d5dae0', '#4a525c'],
  node: ['#e3e6ea', '#3b424b'],
  collection: ['#f5b5ad', '#7d3a33'],
};

const BOX_STYLE = [
  '.box { stroke: #ffffff } .name { font-size: 11px }',
  ...Object.entries(COLOURS).map(([part, [light]]) => `.${part} { fill: ${light} }`),
  '@media (prefers-color-scheme: dark) {',
  '  .box { stroke: #0d1117 }',
  ...Object.entries(COLOURS).map(([part, [, dark]]) => `  .${part} { fill: ${dark} }`),
  '}',
].join('\n    ');

/** The first row is the whole; what is called from a box is below it. */
export function flameOf(title: string, flame: Flame): string {
  const rows = boxesOf(flame);
  const height = TOP + (1 + Math.max(...rows.map(({ row }) => row))) * ROW + EDGE;
  const shown = Object.keys(PARTS).filter((part) => rows.some(({ box }) => box.part === part)) as Part[];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">`,
    `  <style>${STYLE}\n    ${BOX_STYLE}\n  </style>`,
    `  <text class="title" x="${EDGE}" y="22">${escaped(title)}</text>`,
    ...legendOf(shown),
    ...rows.map(drawn),
    '</svg>\n',
  ].join('\n');
}

interface Placed {
  box: Flame;
  row: number;
  x: number;
  width: number;
}

function boxesOf(flame: Flame): Placed[] {
  const scale = (WIDTH - 2 * EDGE) / flame.ms;
  const place = (box: Flame, row: number, x: number): Placed[] => {
    let next = x;
    const above = box.above.flatMap((one) => {
      const placed = place(one, row + 1, next);
      next += one.ms * scale;
      return placed;
    });
    return [{ box, row, x, width: box.ms * scale }, ...above];
  };
  return flame.ms > 0 ? place(flame, 0, EDGE) : [{ box: flame, row: 0, x: EDGE, width: 0 }];
}

function drawn({ box, row, x, width }: Placed): string {
  const y = TOP + row * ROW;
  const rect = `  <rect class="box ${box.part}" x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW}"/>`;
  const text = fitting(`${box.label} ${box.ms.toFixed(2)} ms`, width) ?? fitting(box.label, width);
  return text === undefined
    ? rect
    : `${rect}\n  <text class="name" x="${(x + 4).toFixed(1)}" y="${y + 14}">${escaped(text)}</text>`;
}

/** A long name of a file loses its folders. */
function fitting(label: string, width: number): string | undefined {
  const short = label.replace(/^.*\/(?=[^/]+\.ts)/, '');
  return [label, short].find((text) => text.length * LETTER + 8 <= width);
}

function legendOf(parts: Part[]): string[] {
  let [x, y] = [EDGE, 34];
  return parts.map((part) => {
    const width = PARTS[part].length * LETTER + 26;
    if (x + width > WIDTH) [x, y] = [EDGE, y + LEGEND_ROW];
    const at = x;
    x += width;
    return `  <rect class="${part}" x="${at.toFixed(1)}" y="${y}" width="10" height="10"/><text class="name" x="${(at + 14).toFixed(1)}" y="${y + 9}">${PARTS[part]}</text>`;
  });
}
