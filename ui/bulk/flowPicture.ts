/** A picture of a plan: the namespaces that mounts leave and those that they come into, and the moves between them. */

import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { type Block, flowInWords, flowsOf, pictureOf } from '../words/flows.ts';
import { count } from '../words/format.ts';

/** In the units of the picture. */
const WIDTH = 520;
const COLUMN = 170;

/** Flows that are drawn; more would not be told apart. */
const MOST = 12;

export function FlowPicture({ moves }: { moves: PlanInfo['moves'] }) {
  const flows = flowsOf(moves);
  const { left, right, bands, height } = pictureOf(flows.slice(0, MOST));
  return html`
    <figure class="flows">
      <figcaption>Namespaces${flows.length > MOST && `; the ${MOST} largest of ${flows.length} flows`}</figcaption>
      <svg viewBox=${`0 0 ${WIDTH} ${height}`} role="img" aria-label=${flows.map(flowInWords).join('; ')}>
        ${bands.map(
          (band) => html`
          <path key=${`${band.from} ${band.to}`} class="band" stroke-width=${band.width} d=${curve(band.left, band.right)}>
            <title>${flowInWords(band)}</title>
          </path>`,
        )}
        ${left.map((block) => html`<${Label} key=${block.namespace} block=${block} x=${0} />`)}
        ${right.map((block) => html`<${Label} key=${block.namespace} block=${block} x=${WIDTH - COLUMN} />`)}
      </svg>
    </figure>`;
}

function curve(left: number, right: number): string {
  const [begin, end] = [COLUMN, WIDTH - COLUMN];
  const middle = (begin + end) / 2;
  return `M${begin} ${left}C${middle} ${left} ${middle} ${right} ${end} ${right}`;
}

/** Characters for which a column has room. */
const ROOM = 15;

function Label({ block: { namespace, moves, y, height }, x }: { block: Block; x: number }) {
  const name = namespace || 'root';
  const shown = name.length > ROOM ? `…${name.slice(-ROOM + 1)}` : name;
  return html`
    <g>
      <rect class="block" x=${x} y=${y} width=${COLUMN} height=${height} rx="4" />
      <text x=${x + 10} y=${y + height / 2} dominant-baseline="central">${shown}<title>${name}</title></text>
      <text class="moves" x=${x + COLUMN - 10} y=${y + height / 2} text-anchor="end" dominant-baseline="central">${count(moves)}</text>
    </g>`;
}
