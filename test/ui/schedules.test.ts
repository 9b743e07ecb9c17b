import { describe, expect, it } from 'vitest';
import type { ScheduleInfo } from '../../functions/schedules/answers.ts';
import { lastInWords, nextInWords, standingOfSchedule } from '../../ui/words/scheduleWords.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

const scheduleOf = (part: Partial<ScheduleInfo>) =>
  ({ paused_time: null, next_time: '2026-01-01T03:20:00Z', last_run: null, ...part }) as ScheduleInfo;

const ON = scheduleOf({});
const PAUSED = scheduleOf({ paused_time: '2026-01-01T00:00:00Z', next_time: null });
const OVER = scheduleOf({ next_time: null });
const LAST = { planned_time: '2026-01-01T00:00:00Z', bulk_id: null, error: null };
const REFUSED = scheduleOf({ last_run: { ...LAST, outcome: 'refused', error: 'path already in use' } });

describe('a schedule', () => {
  it('is on, paused, over, or refused at its last time', () => {
    const words = [ON, PAUSED, OVER, REFUSED].map((schedule) => standingOfSchedule(schedule).word);
    expect(words).toEqual(['On', 'Paused', 'Over', 'Refused']);
  });

  it('says when it runs next', () => {
    const words = [ON, PAUSED, OVER].map((schedule) => nextInWords(schedule, NOW));
    expect(words).toEqual(['in 3 h 20 min', 'not while it is paused', 'none']);
    expect(nextInWords(ON, NOW + 86_400_000)).toBe('now');
  });

  it('says what came of its last time, also when the outcome is new', () => {
    expect(lastInWords(ON)).toBe('none yet');
    expect(lastInWords(REFUSED)).toBe('was refused');
    expect(lastInWords(scheduleOf({ last_run: { ...LAST, outcome: 'other' } }))).toBe('other');
  });
});
