/** Lambda: restarts overdue migrations, runs and teardowns; each minute, and when an execution has failed. */

import { depsFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';
import { type Reconciled, reconcile } from './remount/reconcile.ts';

const deps = depsFromEnvironment({ workflows: workflowsFromEnvironment() });

export const handler = discreetly((): Promise<Reconciled> => reconcile(deps));
