import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TimetableRefused } from '../../functions/ports/scheduler.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken, tokenWith } from '../support/tokens.ts';

const RULES = { rules: [{ from: 'old/*', to: 'new/*' }] };
const ORDER = { schedule: 'cron(0 3 * * ? *)', ...RULES };
const SCHEDULER = `
  path "sys/remount/schedules/*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }
  path "sys/remount/schedules" { capabilities = ["list"] }
`;
const MOVER = 'path "sys/remount/bulk" { capabilities = ["update", "sudo"] }';

let deps: TestDeps;
let call: Caller;
let name: string;
beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, vaultApi, await rootToken(deps));
});
afterAll(() => deps.stop());
beforeEach(() => {
  name = `s-${deps.ids.hex(8)}`;
});

const literally = (text: string) => new RegExp(RegExp.escape(text));
const path = () => `sys/remount/schedules/${name}`;
const names = (count: number) => Array.from({ length: count - 1 }, (_, i) => `p${i}`);
const inDays = (days: number) => new Date(deps.clock.now() + days * 86_400_000).toISOString();

describe('a schedule', () => {
  it('is stored with its times and the policies of its creator, and set at the scheduler', async () => {
    const end = inDays(30);

    const { status, body } = await call('POST', path(), {
      body: { ...ORDER, timezone: 'Europe/Berlin', end, reason: 'every night' },
    });

    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      schedule: 'cron(0 3 * * ? *)',
      timezone: 'Europe/Berlin',
      end_time: end,
      policies: ['root'],
      policies_namespace: '',
      last_run: null,
      last_skipped: null,
    });
    expect(deps.timetables.get(`root-${name}`)).toMatchObject({
      schedule: 'cron(0 3 * * ? *)',
      timezone: 'Europe/Berlin',
      end: Date.parse(end),
    });
    const read = await call('GET', path());
    expect(read.body.data).toEqual({ ...body.data, ...RULES, reason: 'every night' });
  });

  it('says what becomes of policy rules, beside the names of its own policies', async () => {
    const made = await call('POST', path(), { body: { ...ORDER, move_policies: 'follow' } });
    const wrong = await call('POST', path(), { body: { ...ORDER, move_policies: 'move' } });

    expect(made.status).toBe(200);
    expect((await call('GET', path())).body.data).toMatchObject({
      policies: ['root'],
      move_policies: 'follow',
    });
    expect([wrong.status, wrong.body.errors]).toEqual([
      400,
      ['move_policies is one of "keep", "add", "follow"'],
    ]);
  });

  it('ends after ninety days, unless it is renewed', async () => {
    const first = await call('POST', path(), { body: ORDER });
    deps.clock.pass(60_000);

    const renewed = await call('POST', path(), { body: ORDER });

    for (const { body } of [first, renewed]) {
      const ms = Date.parse(body.data.end_time) - Date.parse(body.data.renewed_time);
      expect(Math.round(ms / 60_000)).toBe(90 * 24 * 60);
    }
    expect(renewed.body.data.created_time).toBe(first.body.data.created_time);
    expect(renewed.body.data.renewed_time).not.toBe(first.body.data.renewed_time);
  });

  it.each([
    ['before its start', { start: 2, at: 1, end: 3 }, 400],
    ['between its start and its end', { start: 1, at: 2, end: 3 }, 200],
    ['after its end', { start: undefined, at: 3, end: 2 }, 400],
  ])('for one time %s (%o) is answered with %i', async (_, { start, at, end }, expected) => {
    const timeIn = (ahead: number) => new Date(deps.clock.now() + ahead * 3_600_000);
    const local = timeIn(at).toLocaleString('sv', { timeZone: 'Asia/Tokyo' }).replace(' ', 'T');

    const { status } = await call('POST', path(), {
      body: {
        ...ORDER,
        schedule: `at(${local})`,
        timezone: 'Asia/Tokyo',
        end: timeIn(end).toISOString(),
        ...(start && { start: timeIn(start).toISOString() }),
      },
    });

    expect(status).toBe(expected);
  });

  it('keeps the times of a rate without a start when it is renewed', async () => {
    const order = { ...ORDER, schedule: 'rate(2 hours)' };
    const timetable = () => deps.timetables.get(`root-${name}`);
    const { body } = await call('POST', path(), { body: order });
    expect(timetable()?.start).toBeUndefined();
    deps.clock.pass(3 * 3_600_000);

    const renewed = await call('POST', path(), { body: order });

    const first = Math.ceil(Date.parse(body.data.created_time) / 1_000) * 1_000;
    expect(timetable()?.start).toBe(first + 4 * 3_600_000);
    expect(Date.parse(renewed.body.data.next_time)).toBe(timetable()?.start);
    expect(renewed.body.data.start_time).toBeNull();
  });

  it('that is renewed in a form that is not documented is for the scheduler to judge', async () => {
    const order = { ...ORDER, schedule: 'rate(999999999999999999 days)' };
    const start = new Date(deps.clock.now() + 60_000).toISOString();
    for (const more of [{}, { start }, {}]) {
      expect((await call('POST', path(), { body: { ...order, ...more } })).status).toBe(200);
      deps.clock.pass(120_000);
    }
    expect(deps.timetables.get(`root-${name}`)).toMatchObject({ schedule: order.schedule, start: undefined });
  });

  it('shows when it is due next, and not while it is paused', async () => {
    await call('POST', path(), { body: { ...ORDER, schedule: 'cron(0 3 ? * MON *)' } });
    const shown = async () => (await call('GET', path())).body.data;
    const { next_time: due } = await shown();

    const paused = await call('POST', `${path()}/pause`);

    expect(new Date(due).toUTCString()).toMatch(/^Mon, .* 03:00:00 GMT$/);
    expect(Date.parse(due)).toBeGreaterThan(deps.clock.now());
    expect(paused).toMatchObject({ status: 200, body: { data: { next_time: null } } });
    const { paused_time: since } = await shown();
    expect(Math.abs(Date.parse(since) - deps.clock.now())).toBeLessThan(1_000);
    deps.clock.pass(1_000);
    expect((await call('POST', `${path()}/pause`)).body.data.paused_time).toBe(since);

    const resumed = await call('POST', `${path()}/resume`);

    expect(resumed).toMatchObject({ status: 200, body: { data: { next_time: due, paused_time: null } } });
  });

  it.each(['pause', 'resume'])('that does not exist cannot be given the order to %s', async (order) => {
    expect(await call('POST', `${path()}/${order}`)).toMatchObject({ status: 404 });
  });

  it('is listed in its namespace and in no other, and removed there', async () => {
    const namespace = await placeNamespace(deps, ROOT, name);
    const at = { namespace: namespace.path };
    expect((await call('LIST', 'sys/remount/schedules', at)).status).toBe(404);
    await call('POST', path(), { body: ORDER, ...at });

    const { body } = await call('LIST', 'sys/remount/schedules', at);

    expect(body.data.keys).toEqual([name]);
    expect(body.data.key_info[name]).toMatchObject({ schedule: ORDER.schedule });
    expect((await call('GET', path())).status).toBe(404);
    expect((await call('DELETE', path(), at)).status).toBe(204);
    expect((await call('GET', path(), at)).status).toBe(404);
    expect(deps.timetables.has(`${namespace.id}-${name}`)).toBe(false);
    expect((await call('DELETE', path(), at)).status).toBe(204);
  });

  it.each([
    ['no times', { schedule: undefined }, "'schedule' must be specified"],
    ['times of another kind', { schedule: 'every night' }, "'schedule' must be specified"],
    ['an end that is too far', { end: '2099-01-01T00:00:00Z' }, 'at most 90 days ahead'],
    ['an end that is over', { end: '2020-01-01T00:00:00Z' }, "'end' lies in the future"],
    ['an end without a timezone', { end: '2026-01-01T00:00:00' }, "'end' is a time such as"],
    ['a start that is no time', { start: 'tomorrow' }, "'start' is a time such as"],
    ['a start after its end', { start: '2099-01-01T00:00:00Z' }, "'start' must be before 'end'"],
    [
      'an unknown timezone, also for a rate',
      { schedule: 'rate(1 day)', timezone: 'Europe/Atlantis' },
      "'timezone' is the name of one",
    ],
    ['an offset for a timezone', { timezone: '+01:00' }, "'timezone' is the name of one"],
    ['one time that is over', { schedule: 'at(2020-01-01T00:00:00)' }, "'schedule' would never run"],
    [
      'one time after the latest end',
      { schedule: 'at(2099-01-01T00:00:00)' },
      /'schedule' would never run: it has no time between \S+Z and 'end', \S+Z$/,
    ],
    ['one time on no day', { schedule: 'at(2099-02-30T00:00:00)' }, "'schedule' would never run"],
    ['times in a year that is over', { schedule: 'cron(0 3 1 1 ? 2020)' }, "'schedule' would never run"],
    ['times on no day', { schedule: 'cron(0 3 30 2 ? *)' }, "'schedule' would never run"],
    ['an empty list of moves', { rules: undefined, moves: [] }, 'there is nothing to move'],
    ['an empty list of rules', { rules: [] }, 'there is nothing to move'],
    ['a rule without a target', { rules: [{ from: 'old/*' }] }, "rule 1 needs both 'from' and 'to'"],
    [
      'a rule whose target has other wildcards',
      { rules: [...RULES.rules, { from: 'a/+', to: 'b/*' }] },
      "rule 2: 'from' and 'to' must have the same wildcards",
    ],
    [
      'a move without a target',
      { rules: undefined, moves: [{ from: 'a', to: 'b' }, { from: 'c' }] },
      "row 2: both 'from' and 'to' path must be specified as a string",
    ],
    [
      'a rule into a built-in mount',
      { rules: [...RULES.rules, { from: 'a/*', to: 'sys/*' }] },
      'rule 2: cannot remount to destination sys/*/',
    ],
    [
      'two rules for the same mounts',
      { rules: [...RULES.rules, { from: 'old/*', to: 'b/*' }] },
      'rule 2 moves the same mounts as rule 1',
    ],
    [
      'a move that no namespaces make possible',
      { rules: undefined, moves: [{ from: 'auth/a', to: 'b' }] },
      'row 1: cannot remount auth mount to non-auth mount "b/"',
    ],
    [
      'two moves of one mount',
      {
        rules: undefined,
        moves: [
          { from: 'a', to: 'b' },
          { from: '/a/', to: 'c' },
        ],
      },
      'row 2: row 1 moves the same mount',
    ],
    [
      'two moves to one target',
      { csv: 'from,to\na,b\nc,b/', rules: undefined },
      'row 2: row 1 has the same target',
    ],
    ['nothing to move', { rules: undefined }, "one of 'moves', 'rules' and 'csv' must be specified"],
    ['more policies than a token may have', { policies: names(51) }, 'a schedule has at most 50 policies'],
    [
      'a policy with too long a name',
      { policies: ['x'.repeat(513)] },
      'the name of a policy is longer than 512',
    ],
    ['a time for old paths', { alias_ttl: '1h' }, 'unknown field "alias_ttl"'],
    ['rules that are no list', { rules: 'all' }, "'rules' must be a list"],
    [
      'more to move than it can keep',
      { csv: `from,to\n${'a,b\n'.repeat(33_000)}`, rules: undefined },
      'at most',
    ],
  ] as [string, object, string | RegExp][])('with %s is refused', async (_, more, reason) => {
    const { status, body } = await call('POST', path(), { body: { ...ORDER, ...more } });

    expect(status).toBe(400);
    expect(body.errors[0]).toMatch(typeof reason === 'string' ? literally(reason) : reason);
    expect(deps.timetables.has(`root-${name}`)).toBe(false);
  });

  it('has a name that the scheduler accepts', async () => {
    for (const wrong of ['a%20b', 'ä', 'x'.repeat(58)]) {
      const { body } = await call('POST', `sys/remount/schedules/${wrong}`, { body: ORDER });
      expect(body.errors[0]).toContain('the name of a schedule');
    }
  });

  it('with times that the scheduler does not understand is refused with its message, and not stored', async () => {
    const refusing = {
      put: () => Promise.reject(new TimetableRefused('no such hour')),
      remove: async () => {},
    };
    const ask = caller({ ...deps, scheduler: refusing }, vaultApi, await rootToken(deps));

    const { status, body } = await ask('POST', path(), { body: ORDER });

    expect(status).toBe(400);
    expect(body.errors).toEqual([
      "the scheduler refuses 'schedule', 'timezone', 'start' or 'end': no such hour",
    ]);
    expect((await call('GET', path())).status).toBe(404);
  });

  it.each(['cron(0 3 L-3 * ? *)', 'rate(999999999999999999 days)'])(
    'of a form that is not documented is for the scheduler to judge, and has no next time: %s',
    async (schedule) => {
      const { status, body } = await call('POST', path(), { body: { ...ORDER, schedule } });

      expect([status, body.data.next_time]).toEqual([200, null]);
      expect([...deps.timetables.values()].at(-1)?.schedule).toBe(schedule);
    },
  );

  it('that many requests write at once has a record and a timetable of the same request', async () => {
    const hours = [1, 2, 3, 4, 5];

    await Promise.all(
      hours.map((hour) => call('POST', path(), { body: { ...ORDER, schedule: `cron(0 ${hour} * * ? *)` } })),
    );

    const { body } = await call('GET', path());
    expect(deps.timetables.get(`root-${name}`)?.schedule).toBe(body.data.schedule);
  });

  it('that is replaced while it is removed leaves no timetable without a record', async () => {
    await call('POST', path(), { body: ORDER });
    let renewals = 0;
    const scheduler = {
      ...deps.scheduler,
      async remove(id: string) {
        await deps.scheduler.remove(id);
        if (renewals++ === 0) await call('POST', path(), { body: ORDER });
      },
    };
    const ask = caller({ ...deps, scheduler }, vaultApi, await rootToken(deps));

    expect((await ask('DELETE', path())).status).toBe(204);

    expect((await call('GET', path())).status).toBe(404);
    expect(deps.timetables.has(`root-${name}`)).toBe(false);
  });
});

describe('the creator of a schedule', () => {
  it('gives it only policies of their own', async () => {
    const token = await tokenWith(deps, SCHEDULER + MOVER);

    const more = await call('POST', path(), { token, body: { ...ORDER, policies: ['admin'] } });
    const own = await call('POST', path(), { token, body: ORDER });

    expect(more.status).toBe(400);
    expect(own.status).toBe(200);
    expect(own.body.data.policies).toHaveLength(1);
  });

  it('must be allowed to start such runs', async () => {
    const token = await tokenWith(deps, SCHEDULER);

    const { status, body } = await call('POST', path(), { token, body: ORDER });

    expect(status).toBe(400);
    expect(body.errors[0]).toContain('do not allow "update" and "sudo" on sys/remount/bulk');
  });

  it('needs sudo to create it, to pause it and to remove it', async () => {
    const token = await tokenWith(deps, SCHEDULER.replace(', "sudo"', '') + MOVER);
    await call('POST', path(), { body: ORDER });

    expect((await call('POST', path(), { token, body: ORDER })).status).toBe(403);
    expect((await call('DELETE', path(), { token })).status).toBe(403);
    expect((await call('POST', `${path()}/pause`, { token })).status).toBe(403);
    expect((await call('POST', `${path()}/resume`, { token })).status).toBe(403);
    expect((await call('GET', path(), { token })).status).toBe(200);
  });
});
