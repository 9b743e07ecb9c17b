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

/** A bulk run and a move are the same, whoever asked for them. */
const elsewhere = /in (bulk\w+|switch|revoke|complete|close)$/;

describe('whichever call fails, the scheduler and the record agree in the end of', () => {
  playEveryCall(() => stage, schedules, { elsewhere });
});

describe('whichever call fails, Lambda’s retries and the reconciler alone bring to its end', () => {
  playEveryCall(() => stage, [...requests, announcement], { elsewhere });
});
