import { describe } from 'vitest';
import { playEveryCall } from './everyCall.ts';
import { fileStage } from './fileStage.ts';
import { aliasRequests } from './flows/aliases.ts';
import { singleRequests } from './flows/changes.ts';
import { orders } from './flows/orders.ts';
import { removals } from './flows/removals.ts';
import { runsWithPolicies } from './flows/runsWithPolicies.ts';
import { unstarted } from './flows/unstarted.ts';

const prepare = fileStage();

describe('whichever call fails, the reconciler alone completes', () => {
  playEveryCall(prepare, removals);
  // Once it is started, it runs like any other.
  playEveryCall(prepare, unstarted, { elsewhere: /in (?!reconcile$)/ });
});

describe('whichever call fails, the outcome is as promised:', () => {
  // A move runs the same way, whatever requested it.
  playEveryCall(prepare, [...orders, ...runsWithPolicies], {
    once: /in bulk\w*$/,
    elsewhere: /in (switch|revoke|complete|close)$/,
  });
});

describe('whichever call fails, nothing is half done:', () => {
  playEveryCall(prepare, [...singleRequests, ...aliasRequests]);
});
