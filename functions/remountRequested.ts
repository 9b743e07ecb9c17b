/** Lambda: starts the remount that an event requests. After the last retry, a refused request goes to the queue `refused`. */

import type { EventBridgeEvent } from 'aws-lambda';
import { eventPolicies, requestDepsFromEnvironment, workflowsFromEnvironment } from './deps.ts';
import { type Requested, startRequested } from './events/requestedRemount.ts';
import { discreetly } from './lambda/discreetly.ts';

const depsFor = requestDepsFromEnvironment({ workflows: workflowsFromEnvironment() });
const policies = eventPolicies();

/** Invoked asynchronously: Lambda retries after an error, and keeps the event with the error after the last retry. */
export const handler = discreetly(
  (event: EventBridgeEvent<string, unknown>): Promise<Requested> =>
    startRequested(depsFor(), event, policies),
);
