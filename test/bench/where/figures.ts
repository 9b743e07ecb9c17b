/** The figures of where the time goes: how much processor time each kind of request takes. Pure. */

import type { WhereAmounts } from '../amounts.ts';
import { type Figure, ms, type Run } from '../figures.ts';
import type { Operation, WhereSeen } from './measure.ts';

export type WhereResult = Run<WhereAmounts, WhereSeen>;

/** The kinds of request, as they are shown. */
const OPERATIONS: Record<keyof WhereSeen, string> = {
  read: 'kv read',
  login: 'login',
  status: 'status',
  remount: '`POST sys/remount` with its switch',
};

export function whereFiguresOf(seen: WhereSeen): Figure[] {
  return Object.entries(OPERATIONS).map(([id, what]) => figureOf(id, what, seen[id as keyof WhereSeen]));
}

function figureOf(id: string, what: string, { nodeMs, emulatorMs, ms: passedMs }: Operation): Figure {
  return {
    id: `where-${id}`,
    what: `${what}, processor time`,
    value: nodeMs + emulatorMs,
    unit: 'ms',
    wish: 'low',
    from: `service ${ms(nodeMs)}, emulator ${ms(emulatorMs)}; ${ms(passedMs)} pass, one request after the other`,
  };
}
