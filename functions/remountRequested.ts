/**
 * Lambda: starts the remount that an event requests, of one mount or in bulk. Refused requests go to the queue
 * `refused`.
 */

import type { EventBridgeEvent } from 'aws-lambda';
import { depsFromEnvironment, eventPolicies, workflowsFromEnvironment } from './deps.ts';
import { type Requested, startRequested } from './events/requestedRemount.ts';
import { discreetly } from './lambda/discreetly.ts';

const deps = depsFromEnvironment({ workflows: workflowsFromEnvironment() });
const policies = eventPolicies();

/**
 * Invoked asynchronously: Lambda retries when it throws, and in the end puts the event into the queue with the reason.
 */
export const handler = discreetly(
  (event: EventBridgeEvent<string, unknown>): Promise<Requested> => startRequested(deps, event, policies),
);
