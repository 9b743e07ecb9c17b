/** The parts of the bench. Each is measured in a run of its own, and has a result of its own. */

import { amountsFrom, besideAmountsFrom, clusterAmountsFrom, whereAmountsFrom } from './amounts.ts';
import { besideFiguresOf } from './beside/figures.ts';
import { missingReference } from './beside/lab.ts';
import { measureBeside } from './beside/measure.ts';
import { clusterFiguresOf } from './cluster/figures.ts';
import { missingPrograms } from './cluster/lab.ts';
import { measureCluster } from './cluster/measure.ts';
import { type Figure, figuresOf, type Run } from './figures.ts';
import { measureAll } from './measure/all.ts';
import type { Results } from './report/results.ts';
import { whereFiguresOf } from './where/figures.ts';
import { measureWhere } from './where/measure.ts';

export interface Part<Amounts, Seen> {
  /** What it measures, for messages. */
  what: string;
  amountsFrom(environment: Record<string, string | undefined>): Amounts;
  /** @returns how to get each program that is not there */
  missing(): Promise<string[]>;
  measure(amounts: Amounts, announce: (what: string) => void): Promise<Seen>;
  figuresOf(seen: Seen): Figure[];
}

export type PartName = keyof Results;

type PartOf<Result> = Result extends Run<infer Amounts, infer Seen> ? Part<Amounts, Seen> : never;

const nothing = async () => [];

export const PARTS: { [Name in PartName]: PartOf<Required<Results>[Name]> } = {
  service: { what: 'the service', amountsFrom, missing: nothing, measure: measureAll, figuresOf },
  cluster: {
    what: 'moves on a cluster',
    amountsFrom: clusterAmountsFrom,
    missing: missingPrograms,
    measure: measureCluster,
    figuresOf: clusterFiguresOf,
  },
  beside: {
    what: 'the service beside OpenBao',
    amountsFrom: besideAmountsFrom,
    missing: missingReference,
    measure: measureBeside,
    figuresOf: besideFiguresOf,
  },
  where: {
    what: 'where the time goes',
    amountsFrom: whereAmountsFrom,
    missing: nothing,
    measure: measureWhere,
    figuresOf: whereFiguresOf,
  },
};
