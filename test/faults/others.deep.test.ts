import { describe } from 'vitest';
import { playEveryCall } from './everyCall.ts';
import { aliasRequests } from './flows/aliases.ts';
import { singleRequests } from './flows/changes.ts';
import { orders } from './flows/orders.ts';
import { removals } from './flows/removals.ts';
import { runsWithPolicies } from './flows/runsWithPolicies.ts';
import { unstarted } from './flows/unstarted.ts';
import { stages } from './stages.ts';

const fresh = stages();

describe('whichever call fails, the reconciler alone completes', () => {
  playEveryCall(fresh, removals);
  // Once it is started, it runs like any other.
  playEveryCall(fresh, unstarted, { elsewhere: /in (?!reconcile$)/ });
});

describe('whichever call fails, the outcome is as promised:', () => {
  // A move runs the same way, whatever requested it.
  playEveryCall(fresh, [...orders, ...runsWithPolicies], {
    once: /in bulk\w*$/,
    elsewhere: /in (switch|revoke|complete|close)$/,
  });
});

describe('whichever call fails, nothing is half done:', () => {
  playEveryCall(fresh, [...singleRequests, ...aliasRequests]);
});
