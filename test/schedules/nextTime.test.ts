import { describe, expect, it } from 'vitest';
import { isTimezone, nextTime } from '../../functions/schedules/nextTime.ts';

const at = (text: string) => Date.parse(text);
const next = (
  schedule: string,
  after: string,
  more: { timezone?: string; start?: string; end?: string } = {},
) => {
  const { timezone = 'UTC', start, end } = more;
  const bounds = { ...(start && { start: at(start) }), ...(end && { end: at(end) }) };
  const time = nextTime({ schedule, timezone, createdAt: at('2026-01-01T00:00:30Z'), ...bounds }, at(after));
  return time === undefined ? undefined : new Date(time).toISOString();
};

describe('the time after which a schedule is due', () => {
  it.each([
    ['at(2026-03-01T10:00:00)', '2026-02-01T00:00:00Z', {}, '2026-03-01T10:00:00.000Z'],
    [
      'at(2026-03-01T10:00:00)',
      '2026-02-01T00:00:00Z',
      { timezone: 'Europe/Berlin' },
      '2026-03-01T09:00:00.000Z',
    ],
    ['at(2026-03-01T10:00:00)', '2026-03-01T10:00:00Z', {}, undefined],
    ['rate(5 minutes)', '2026-01-01T00:00:00Z', {}, '2026-01-01T00:00:30.000Z'],
    ['rate(5 minutes)', '2026-01-01T00:00:30Z', {}, '2026-01-01T00:05:30.000Z'],
    ['rate(1 hour)', '2026-01-01T12:00:00Z', { start: '2026-01-02T00:00:00Z' }, '2026-01-02T00:00:00.000Z'],
    ['rate(1 day)', '2026-01-01T12:00:00Z', { end: '2026-01-02T00:00:00Z' }, undefined],
    ['cron(30 2 * * ? *)', '2026-05-05T03:00:00Z', {}, '2026-05-06T02:30:00.000Z'],
    [
      'cron(30 2 * * ? *)',
      '2026-05-05T03:00:00Z',
      { timezone: 'America/New_York' },
      '2026-05-05T06:30:00.000Z',
    ],
    ['cron(0 22 ? * 6 *)', '2026-05-05T00:00:00Z', {}, '2026-05-08T22:00:00.000Z'],
    ['cron(0 22 ? * MON-FRI *)', '2026-05-08T23:00:00Z', {}, '2026-05-11T22:00:00.000Z'],
    ['cron(0 3 L * ? *)', '2026-02-01T00:00:00Z', {}, '2026-02-28T03:00:00.000Z'],
    ['cron(0 3 ? * 6L *)', '2026-05-01T00:00:00Z', {}, '2026-05-29T03:00:00.000Z'],
    ['cron(0 3 ? * 2#1 *)', '2026-05-05T00:00:00Z', {}, '2026-06-01T03:00:00.000Z'],
    ['cron(0 3 ? * MON#1 *)', '2026-05-05T00:00:00Z', {}, '2026-06-01T03:00:00.000Z'],
    ['cron(0 3 ? * L *)', '2026-05-03T00:00:00Z', {}, '2026-05-09T03:00:00.000Z'],
    ['cron(0 3 ? * fril *)', '2026-05-01T00:00:00Z', {}, '2026-05-29T03:00:00.000Z'],
    ['cron(0 3 ? * SAT-SUN *)', '2026-05-04T00:00:00Z', {}, '2026-05-09T03:00:00.000Z'],
    ['cron(0 3 ? * SAT-SUN *)', '2026-05-09T12:00:00Z', {}, '2026-05-10T03:00:00.000Z'],
    ['cron(0 22-2/2 * * ? *)', '2026-05-05T22:30:00Z', {}, '2026-05-06T00:00:00.000Z'],
    ['cron(0-15/5 8-8 ? * 2,3 *)', '2026-05-05T08:11:00Z', {}, '2026-05-05T08:15:00.000Z'],
    ['cron(0 3 1-31/30 * ? *)', '2026-05-02T00:00:00Z', {}, '2026-05-31T03:00:00.000Z'],
    ['cron(0 3 16W * ? *)', '2026-05-01T00:00:00Z', {}, '2026-05-15T03:00:00.000Z'],
    ['cron(0 3 LW * ? *)', '2026-05-01T00:00:00Z', {}, '2026-05-29T03:00:00.000Z'],
    ['cron(0 3 1 JAN,MAR-MAY ? *)', '2026-01-01T12:00:00Z', {}, '2026-03-01T03:00:00.000Z'],
    ['cron(0 3 1 1 ? 2027/2)', '2027-02-01T00:00:00Z', {}, '2029-01-01T03:00:00.000Z'],
    ['cron(0 3 1 1 ? 1970)', '2026-05-05T00:00:00Z', {}, undefined],
    ['cron(0 3 1 1 ? 2199)', '2026-05-05T00:00:00Z', {}, '2199-01-01T03:00:00.000Z'],
    ['cron(0/15 * * * ? *)', '2026-05-05T10:16:00Z', {}, '2026-05-05T10:30:00.000Z'],
    ['cron(0 0 1 1 ? 2027)', '2026-05-05T00:00:00Z', {}, '2027-01-01T00:00:00.000Z'],
    ['cron(0 0 1 1 ? 2020)', '2026-05-05T00:00:00Z', {}, undefined],
    ['cron(0 3 * * ? *)', '2026-05-05T00:00:00Z', { end: '2026-05-05T02:00:00Z' }, undefined],
  ])('of %s after %s with %o is %s', (expression, after, more, expected) => {
    expect(next(expression, after, more)).toBe(expected);
  });

  it.each([
    'at(tomorrow)',
    'at(2026-02-30T10:00:00)',
    'at(2026-02-03T24:00:00)',
    'rate(0 minutes)',
    'rate(5 fortnights)',
    'cron(30 2 * * *)',
    'cron(30 2 * * * *)',
    'rate(999999999999999999 days)',
    'cron(61 2 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 3 0 * ? *)',
    'cron(0 3 32 * ? *)',
    'cron(0 3 32W * ? *)',
    'cron(0 3 1 13 ? *)',
    'cron(0 3 1 JANUARY ? *)',
    'cron(0 3 ? * 0 *)',
    'cron(0 3 ? * 8 *)',
    'cron(0 3 ? * 8L *)',
    'cron(0 3 ? * MONDAY *)',
    'cron(0 3 ? * MON#6 *)',
    'cron(0 3 ? * 3#1,6#3 *)',
    'cron(0 3 ? * 2/2 *)',
    'cron(0 3 1 1 ? 1969)',
    'cron(0 3 1 1 ? 2026-2300)',
    'cron(0 3 ? * ? *)',
    'cron(? 3 1 * ? *)',
    'cron(0 L * * ? *)',
    'cron(0 3W * * ? *)',
    'cron(*/0 3 * * ? *)',
    'cron(0/90 3 * * ? *)',
    'cron(/10 3 * * ? *)',
    'cron(, 3 * * ? *)',
    'cron(0 3 L-3 * ? *)',
    'cron(0 3 1,L * ? *)',
    'every night',
  ])('is refused for %s', (expression) => {
    expect(() => next(expression, '2026-01-01T00:00:00Z')).toThrow(
      expect.objectContaining({
        name: 'TimetableRefused',
        message: `Invalid Schedule Expression ${expression}.`,
      }),
    );
  });
});

describe('the name of a time zone', () => {
  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Europe/Atlantis', false],
    ['+01:00', false],
    ['', false],
  ])('%j: %s', (name, expected) => {
    expect(isTimezone(name)).toBe(expected);
  });
});
