/** Lambda: starts the remount, of one mount or in bulk, that an event asks for. What cannot be done ends in the queue `refused`. */

import type { EventBridgeEvent } from 'aws-lambda';
import { depsFromEnvironment, eventPolicies, workflowsFromEnvironment } from './deps.ts';
import { type Requested, startRequested } from './events/requestedRemount.ts';
import { discreetly } from './lambda/discreetly.ts';

const deps = depsFromEnvironment({ workflows: workflowsFromEnvironment() });
const policies = eventPolicies();

/** Invoked asynchronously: what it throws is tried again, and set aside with its reason in the end. */
export const handler = discreetly(
  (event: EventBridgeEvent<string, unknown>): Promise<Requested> => startRequested(deps, event, policies),
);
