/** Tables of Markdown. Pure. */

import { type Figure, shown } from '../figures.ts';

export function tableOf(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The goal of a figure, and a better value. */
export function goalsOf({ reach, better, unit, wish }: Figure): string {
  const sign = wish === 'low' ? '≤' : '≥';
  const goals = [reach, better].filter((value) => value !== undefined);
  return goals.map((value) => `${sign} ${shown({ value, unit })}`).join(', ');
}
