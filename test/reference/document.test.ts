import { expect, it } from 'vitest';
import { documentOf, listedInVain, type Outcome, withoutLeftOut } from './document.ts';
import { KNOWN_FAILURES, TO_MEND } from './knownFailures.ts';

const listed = KNOWN_FAILURES.OpenBao.find(([, , reason]) => reason !== TO_MEND) ?? ['', '', ''];
const [suite, title] = listed;

const outcome = (server: Outcome['server'], state: Outcome['state'], name: string): Outcome => ({
  server,
  folder: 'contract',
  suite,
  title: name,
  state,
});

const OUTCOMES = [
  outcome('ours', 'passed', title),
  outcome('ours', 'passed', 'both pass'),
  outcome('ours', 'failed', 'ours fails'),
  outcome('ours', 'passed', 'left out'),
  outcome('OpenBao', 'passed', title),
  outcome('OpenBao', 'passed', 'both pass'),
  outcome('OpenBao', 'passed', 'ours fails'),
  outcome('OpenBao', 'skipped', 'left out'),
  outcome('in front', 'passed', title),
  outcome('in front', 'failed', 'both pass'),
];

it('a listed test that fails as it has to does not count as one that OpenBao passes', () => {
  const document = documentOf({ outcomes: OUTCOMES, commands: [] });
  expect(document).toContain(`| ${suite.replace('.test.ts', '')} | 4 | 3 | 1 | 0 | 2 | 1 | 0 | 1 |`);
  expect(document).toContain('| **all** | 4 | 3 | 1 | 0 | 2 | 1 | 0 | 1 |');
});

it('a listed test that OpenBao is not asked, or that is not there, is told', () => {
  const line = `${suite} | ${title}`;
  expect(listedInVain(OUTCOMES)).not.toContain(line);
  expect(listedInVain([outcome('OpenBao', 'skipped', title)])).toContain(line);
  expect(listedInVain([outcome('OpenBao', 'passed', 'another title')])).toContain(line);
  expect(listedInVain([{ ...outcome('OpenBao', 'passed', title), suite: 'another.test.ts' }])).toEqual([]);
});

it('a suite that the machine cannot run is not shown', () => {
  const missing = [outcome('ours', 'skipped', title), outcome('OpenBao', 'skipped', title)];
  expect(withoutLeftOut(missing)).toEqual([]);
  const whole = [...OUTCOMES, outcome('OpenBao', 'skipped', 'only here')];
  expect(withoutLeftOut(whole)).toEqual(whole);
});

it('random sequences are summed up by the reasons of what differed', () => {
  const differential = { sequences: 2, steps: 40, sameSteps: 35, explained: { [TO_MEND]: 3, moves: 1 } };
  const document = documentOf({ outcomes: OUTCOMES, differential, commands: [] });
  expect(document).toContain('The other answers have 4 causes');
  expect(document).toContain('| moves | 1 |');
});

it('a client and a command have tables of their own', () => {
  const commands = [[], ['moves'], ['moves', TO_MEND]].map((reasons) => ({ group: 'tokens', reasons }));
  const clients = OUTCOMES.map((one) => ({ ...one, folder: 'clients' as const }));
  const document = documentOf({ outcomes: clients, commands });
  expect(document.indexOf('| **all** | 0 | 0 |')).toBeLessThan(document.indexOf('## Clients'));
  expect(document.indexOf('| **all** | 4 | 3 | 1 | 0 | 2 | 1 | 0 | 1 |')).toBeGreaterThan(
    document.indexOf('## Clients'),
  );
  expect(document).toContain('| tokens | 3 | 1 | 1 | 1 |');
});
