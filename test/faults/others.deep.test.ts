import { afterAll, beforeAll, describe } from 'vitest';
import { playEveryCall } from './everyCall.ts';
import { aliasRequests } from './flows/aliases.ts';
import { singleRequests } from './flows/changes.ts';
import { orders } from './flows/orders.ts';
import { removals } from './flows/removals.ts';
import { runsWithPolicies } from './flows/runsWithPolicies.ts';
import { unstarted } from './flows/unstarted.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.stop());

describe('whichever call fails, the reconciler alone completes', () => {
  playEveryCall(() => stage, removals);
  // Once it is started, it runs like any other.
  playEveryCall(() => stage, unstarted, { elsewhere: /in (?!reconcile$)/ });
});

describe('whichever call fails, the outcome is as promised:', () => {
  // A move runs the same way, whatever requested it.
  playEveryCall(() => stage, [...orders, ...runsWithPolicies], {
    once: /in bulk\w*$/,
    elsewhere: /in (switch|revoke|complete|close)$/,
  });
});

describe('whichever call fails, nothing is half done:', () => {
  playEveryCall(() => stage, [...singleRequests, ...aliasRequests]);
});
