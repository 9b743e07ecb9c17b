import { afterAll, beforeAll, describe } from 'vitest';
import { playEveryCall } from './everyCall.ts';
import { announcement } from './flows/announcements.ts';
import { requests } from './flows/events.ts';
import { schedules } from './flows/schedules.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.stop());

/** Other files play these calls: bulk runs and moves run the same way, whatever requested them. */
const elsewhere = /in (bulk\w+|switch|revoke|complete|close)$/;

describe('whichever call fails, the scheduler and the record agree in the end:', () => {
  playEveryCall(() => stage, schedules, { elsewhere });
});

describe('whichever call fails, Lambda’s retries and the reconciler alone complete', () => {
  playEveryCall(() => stage, [...requests, announcement], { elsewhere });
});
