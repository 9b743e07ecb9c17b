/** What the stack tells people: its dashboard, and the messages to a webhook. */

import { beforeAll, describe, expect, test } from 'vitest';
import { announcementsOf } from '../../functions/remount/announcements.ts';
import type { Migration } from '../../functions/remount/migration.ts';
import { matchesPattern } from '../../infra/local/eventPattern.ts';
import { deployed } from './deployed.ts';
import { ofType, packageTemplate, type Template } from './packageTemplate.ts';
import { rightsOf } from './rights.ts';

const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:remount-people-AbCdEf';

let template: Template;
let silent: Template;
beforeAll(async () => {
  const packaged = await Promise.all([packageTemplate({ notifySecretArn: SECRET }), packageTemplate()]);
  [template, silent] = packaged.map((one) => deployed(one.template)) as [Template, Template];
});

describe('the dashboard', () => {
  interface Widget {
    type: string;
    x: number;
    width: number;
    properties: { title: string; alarms?: string[]; metrics?: (string | object)[][] };
  }
  const widgets = (): Widget[] => {
    const body = template.Resources.Dashboard?.Properties.DashboardBody['Fn::Sub'] as string;
    return JSON.parse(body).widgets;
  };

  test('fits on the grid, and each widget says what it shows', () => {
    expect(widgets().length).toBeGreaterThan(6);
    for (const { x, width, properties } of widgets()) {
      expect(x + width).toBeLessThanOrEqual(24);
      expect(properties.title).toMatch(/^[A-Z]/);
    }
  });

  test('shows alarms and metrics that the stack has', () => {
    const names = ofType(template, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => Properties.AlarmName['Fn::Sub'],
    );
    const alarms = widgets().flatMap(({ properties }) => properties.alarms ?? []);
    const own = widgets()
      .flatMap(({ properties }) => properties.metrics ?? [])
      .flatMap(([namespace, name]) => (String(namespace).startsWith('AWS/') ? [] : [name]));
    const counted = ofType(template, 'AWS::Logs::MetricFilter').map(
      ([, { Properties }]) => Properties.MetricTransformations[0].MetricName,
    );

    expect(alarms.filter((arn) => !names.includes(arn.split(':alarm:')[1]))).toEqual([]);
    expect(alarms.length).toBeGreaterThan(3);
    expect(own.filter((name) => !counted.includes(name))).toEqual([]);
    expect(own).toEqual(['Overdue', 'Irrevocable']);
  });
});

describe('messages to people', () => {
  const rules = (of: Template) => Object.entries(of.Resources).filter(([id]) => id.startsWith('Notify'));

  test('are not sent, and nothing is made for them, unless a parameter says where', () => {
    expect(rules(silent)).toEqual([]);
    expect(rules(template)).toHaveLength(6);
  });

  test('have address and authorization from a secret, which is not in the template', () => {
    const { InvocationEndpoint, ConnectionArn } = template.Resources.NotifyDestination?.Properties ?? {};
    const { AuthParameters } = template.Resources.NotifyConnection?.Properties ?? {};
    const field = (name: string) => `{{resolve:secretsmanager:${SECRET}:SecretString:${name}}}`;

    expect(InvocationEndpoint).toBe(field('url'));
    expect(AuthParameters.ApiKeyAuthParameters).toEqual({
      ApiKeyName: 'Authorization',
      ApiKeyValue: field('authorization'),
    });
    expect(ConnectionArn).toEqual({ 'Fn::GetAtt': ['NotifyConnection', 'Arn'] });
  });

  test('are sent with a role that can do nothing else', () => {
    expect([...rightsOf(template, 'NotifyRole')]).toEqual([
      ['NotifyDestination', ['events:InvokeApiDestination']],
    ]);
    const [trust] = template.Resources.NotifyRole?.Properties.AssumeRolePolicyDocument.Statement ?? [];
    expect(trust.Principal).toEqual({ Service: 'events.amazonaws.com' });
    expect(trust.Condition.ArnLike['aws:SourceArn']['Fn::Sub']).toMatch(/:rule\/\$\{AWS::StackName\}\/\*$/);
  });

  const place = (path: string) => ({ namespaceId: 'root', namespacePath: '', path });
  /** Paths and texts with what breaks JSON. */
  const migration = {
    id: 'the-id',
    source: place('a"b/'),
    target: place('c\\d/'),
    status: 'failure',
    phase: 'done',
    acceptedAt: 1_000,
    finishedAt: 2_000,
    error: { code: 'target_in_use', message: 'path already in use at "c"' },
    requestedBy: { displayName: 'ann', accessor: '', namespace: '' },
  } as unknown as Migration;
  const before = { ...migration, status: 'in-progress', finishedAt: undefined } as unknown as Migration;
  const failed = announcementsOf(before, migration)[0]?.detail ?? {};

  test.each([
    ['a move that failed', 'Remount Failed', failed, 'Remount Failed: migration the-id'],
    ['a tainted mount', 'Remount Tainted', failed, 'Remount Tainted: migration the-id'],
    ['stale nodes', 'Remount Nodes Stale', failed, 'Remount Nodes Stale: migration the-id'],
    [
      'the end of a run',
      'Bulk Finished',
      { bulk_id: 'run', status: 'failure', total: 3 },
      'Bulk Finished: run run of 3 moves, failure',
    ],
  ])('tell of %s, in JSON', (_, type, detail, text) => {
    const [message, ...others] = messages({ source: 'remount', 'detail-type': type, detail });

    expect(others).toEqual([]);
    expect(message).toMatchObject({ text });
    if (type === 'Remount Failed')
      expect(message?.attachments).toEqual([
        {
          text: 'path already in use at "c"',
          fields: [
            { title: 'From', value: 'a"b/' },
            { title: 'To', value: 'c\\d/' },
          ],
        },
      ]);
  });

  test.each([
    ['a move of a run, whose end is told', 'Remount Failed', { ...failed, bulk_id: 'run' }],
    ['a success', 'Remount Succeeded', failed],
    ['an acceptance', 'Remount Accepted', failed],
  ])('tell nothing of %s', (_, type, detail) => {
    expect(messages({ source: 'remount', 'detail-type': type, detail })).toEqual([]);
  });

  interface Message {
    text: string;
    attachments?: object[];
  }

  /** What EventBridge makes of an event by the rules. */
  function messages(event: object): Message[] {
    const matching = rules(template)
      .filter(([, { Type }]) => Type === 'AWS::Events::Rule')
      .map(([, { Properties }]) => Properties)
      .filter(({ EventPattern }) => matchesPattern(EventPattern, event));
    return matching.map(({ Targets: [{ InputTransformer }] }) => transformed(InputTransformer, event));
  }

  /** In a string of the template, a value is put as it is; elsewhere as JSON. */
  function transformed(
    { InputPathsMap, InputTemplate }: { InputPathsMap: Record<string, string>; InputTemplate: string },
    event: object,
  ): Message {
    let isInString = false;
    const filled = InputTemplate.replace(/"|<(\w+)>/g, (found, name?: string) => {
      if (name === undefined) {
        isInString = !isInString;
        return found;
      }
      const value = valueAt(InputPathsMap[name] ?? '', event);
      return isInString ? String(value) : JSON.stringify(value);
    });
    return JSON.parse(filled);
  }

  function valueAt(path: string, event: object): unknown {
    const names = path.split('.').slice(1);
    // biome-ignore lint/suspicious/noExplicitAny: an event of any shape
    return names.reduce((value: any, name) => value?.[name], event);
  }
});
