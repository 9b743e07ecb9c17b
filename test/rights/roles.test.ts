import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FUNCTIONS, packageTemplate, type Template } from '../infra/packageTemplate.ts';
import { capital, type Grant, grantsOf } from '../infra/rights.ts';
import type { Need } from './needs.ts';
import { RECORDS, type Recorded } from './recorder.ts';

/** What is done in a role's name by AWS, not by a call of the function. */
const BY_AWS =
  /^(logs|xray|kms|sqs):|^iam:PassRole$|^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/;

let template: Template;
let recorded: Recorded[];

beforeAll(async () => {
  [{ template }, recorded] = await Promise.all([packageTemplate(), readRecords()]);
});

describe.each(FUNCTIONS)('the role of %s', (name) => {
  const grants = () =>
    grantsOf(template, `${capital(name)}Role`)
      .filter(({ action }) => !BY_AWS.test(action))
      .map((grant) => ({ ...grant, resource: plain(grant.resource) }));
  const needs = () => recorded.filter(({ functionName }) => functionName === name);

  it('grants all that the tests before this have seen it ask for', () => {
    const refused = needs().filter((need) => !grants().some((grant) => covers(grant, need)));
    expect(refused.map(({ action, resource, key }) => `${action} ${resource} ${key}`)).toEqual([]);
  });

  it('grants nothing that none of them has seen it ask for', () => {
    const idle = grants().filter((grant) => !needs().some((need) => covers(grant, need)));
    expect(idle.map(({ action, resource }) => `${action} ${resource}`)).toEqual([]);
  });
});

function covers({ action, resource, keys }: Grant, need: Need): boolean {
  return (
    action === need.action &&
    resource === need.resource &&
    (keys === undefined || keys.some((pattern) => need.key === pattern.replace('*', '')))
  );
}

/** Timetables are granted as a group: `…:schedule/${ScheduleGroup}/*`. */
function plain(resource: string): string {
  return /\$\{(ScheduleGroup)\}/.exec(resource)?.[1] ?? resource;
}

async function readRecords(): Promise<Recorded[]> {
  const files = (await readdir(RECORDS)).filter((file) => file.endsWith('.jsonl'));
  if (!files.includes('contract.jsonl')) throw new Error('nothing is recorded yet: run all of the tests');
  const texts = await Promise.all(files.map((file) => readFile(join(RECORDS, file), 'utf8')));
  return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line));
}
