import { describe } from 'vitest';
import { playEveryCall } from './everyCall.ts';
import { fileStage } from './fileStage.ts';
import { announcement } from './flows/announcements.ts';
import { requests } from './flows/events.ts';
import { schedules } from './flows/schedules.ts';

const prepare = fileStage();

/** Other files play these calls: bulk runs and moves run the same way, whatever requested them. */
const elsewhere = /in (bulk\w+|switch|revoke|complete|close)$/;

describe('whichever call fails, the scheduler and the record agree in the end:', () => {
  playEveryCall(prepare, schedules, { elsewhere });
});

describe('whichever call fails, Lambda’s retries and the reconciler alone complete', () => {
  playEveryCall(prepare, [...requests, announcement], { elsewhere });
});
