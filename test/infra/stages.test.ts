import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageTemplate, ROOT, type Template } from './packageTemplate.ts';

let names: string[];
let example: string;
beforeAll(async () => {
  const [defaults, file] = await Promise.all(
    ['infra/params.yml', 'stages/example.yml'].map((path) => readFile(join(ROOT, path), 'utf8')),
  );
  names = Object.keys(parse(defaults as string));
  example = file as string;
});

const endpoint = ({ Resources }: Template) => Resources.AlarmEmail?.Properties.Endpoint;
const rate = ({ Resources }: Template) =>
  Number(Resources.ApiStage?.Properties.MethodSettings[1].ThrottlingRateLimit);

/** What osls says when it ends. */
const saying = (text: string) => ({ stdout: expect.stringContaining(text) });

describe('the file of a stage', () => {
  test.each(['prod', 'default'])(
    'is read by each deployment of that stage, and a parameter of one deployment goes before it: %s',
    async (name) => {
      const stage = { name, file: 'alarmEmail: ops@example.org\nmoveRate: 7\n' };
      const { template } = await packageTemplate({ moveRate: '9' }, stage);

      expect(endpoint(template)).toBe('ops@example.org');
      expect(rate(template)).toBe(9);
    },
  );

  test('is not read for other stages', async () => {
    const { template } = await packageTemplate({}, { name: 'example' });
    const { template: other } = await packageTemplate({}, { name: 'staging' });

    expect(endpoint(template)).toBe('ops@example.com');
    expect(endpoint(other)).toBe('none');
  });

  test('names known parameters only, and so does the command line', async () => {
    const stage = { name: 'prod', file: 'alarmMail: ops@example.com\n' };

    await expect(packageTemplate({}, stage)).rejects.toMatchObject(saying('stages/prod.yml names no'));
    await expect(packageTemplate({ moverate: '7' })).rejects.toMatchObject(saying('--param names no'));
  });

  test('has an example, whose parameters exist', () => {
    const used = [...example.matchAll(/^(?:# )?(\w+): /gm)].map(([, name]) => name as string);

    expect(used.length).toBeGreaterThan(3);
    expect(used.filter((name) => !names.includes(name))).toEqual([]);
  });
});

test('every parameter is explained in the documentation', async () => {
  const text = await readFile(join(ROOT, 'docs', 'deployment.md'), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));

  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !rows.some((row) => row.includes(`\`${name}\``)))).toEqual([]);
});
