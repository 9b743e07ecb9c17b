/** Lambda: every minute, and when an execution has failed, starts again what is overdue. */

import { depsFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { type Reconciled, reconcile } from './remount/reconcile.ts';

const deps = depsFromEnvironment({ workflows: workflowsFromEnvironment() });

export const handler = discreetly((): Promise<Reconciled> => reconcile(deps));
