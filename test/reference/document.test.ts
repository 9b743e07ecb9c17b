import { expect, it } from 'vitest';
import { documentOf, listedInVain, type Outcome } from './document.ts';
import { KNOWN_FAILURES, TO_MEND } from './knownFailures.ts';

const listed = KNOWN_FAILURES.OpenBao.find(([, , reason]) => reason !== TO_MEND) ?? ['', '', ''];
const [suite, title] = listed;

const outcome = (server: Outcome['server'], state: Outcome['state'], name: string): Outcome => ({
  server,
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
  const document = documentOf(OUTCOMES);
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

it('random sequences are summed up by the reasons of what differed', () => {
  const differential = { sequences: 2, steps: 40, sameSteps: 35, explained: { [TO_MEND]: 3, moves: 1 } };
  const document = documentOf(OUTCOMES, differential);
  expect(document).toContain('The other answers have 4 causes');
  expect(document).toContain('| moves | 1 |');
});
