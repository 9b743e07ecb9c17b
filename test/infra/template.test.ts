import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { FUNCTIONS, ofType, packageTemplate, type Resource, ROOT, type Template } from './packageTemplate.ts';
import { capital, rightsOf, statementsOf } from './rights.ts';

let template: Template;
beforeAll(async () => {
  ({ template } = await packageTemplate());
});

describe('tables', () => {
  test.each(['Mounts', 'Access', 'Leases', 'Storage', 'Migrations'])(
    '%s cannot be lost or read in the clear',
    (name) => {
      const table = template.Resources[`${name}Table`];

      expect(table).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
        },
      });
    },
  );

  test('have a key that is kept like them when the stack is deleted', () => {
    expect(template.Resources.DataKey).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { EnableKeyRotation: true },
    });
  });
});

describe('the API', () => {
  test('is a REST API', () => {
    expect(api().Type).toBe('AWS::ApiGateway::RestApi');
    expect(ofType(template, 'AWS::ApiGatewayV2::Api')).toEqual([]);
  });

  test.each([
    ['/v1/sys/remount', 'post', 'Remount'],
    ['/v1/sys/remount', 'put', 'Remount'],
    ['/v1/sys/remount/status/{migration_id}', 'get', 'Status'],
    ['/ui', 'get', 'Ui'],
    ['/ui', 'head', 'Ui'],
    ['/ui/{proxy+}', 'get', 'Ui'],
    ['/', 'get', 'Ui'],
    ['/', 'x-amazon-apigateway-any-method', 'Vault'],
    ['/{proxy+}', 'x-amazon-apigateway-any-method', 'Vault'],
  ])('routes %s %s to %s', (path, method, target) => {
    const { uri } = api().Properties.Body.paths[path][method]['x-amazon-apigateway-integration'];

    expect(uri['Fn::Sub']).toContain(`\${${target}LambdaFunction.Arn}`);
  });

  test('limits the rate of all requests, and of moves more', () => {
    const [all, ...moves] = stage().MethodSettings;

    expect(all).toMatchObject({ HttpMethod: '*', ResourcePath: '/*' });
    for (const { ThrottlingRateLimit } of moves)
      expect(ThrottlingRateLimit).toBeLessThan(all.ThrottlingRateLimit);
    expect(moves.map((setting: { HttpMethod: string }) => setting.HttpMethod)).toEqual(['POST', 'PUT']);
  });

  test('logs requests as JSON without path, query or headers', () => {
    const line = JSON.parse(stage().AccessLogSetting.Format);

    expect(line).toMatchObject({ requestId: '$context.requestId', route: '$context.resourcePath' });
    expect(JSON.stringify(line)).not.toMatch(/\$context\.path|\$input|header|query|authorizer/i);
    expect(stage().MethodSettings).not.toContainEqual(expect.objectContaining({ DataTraceEnabled: true }));
  });

  test.each([
    'THROTTLED',
    'REQUEST_TOO_LARGE',
    'INTEGRATION_FAILURE',
    'INTEGRATION_TIMEOUT',
    'DEFAULT_4XX',
    'DEFAULT_5XX',
  ])('answers %s in the shape of a Vault error', (type) => {
    const answer = api().Properties.Body['x-amazon-apigateway-gateway-responses'][type];
    const text = answer.responseTemplates['application/json'].replace(
      '$context.error.messageString',
      '"text"',
    );

    expect(JSON.parse(text)).toEqual({ errors: [expect.any(String)] });
  });
});

describe('instances', () => {
  test('are reserved as a number, or not at all', () => {
    const aside = (name: string) => template.Resources[`${name}LambdaFunction`]?.Properties;

    expect(aside('Bootstrap').ReservedConcurrentExecutions).toBe(1);
    expect(aside('Status').ReservedConcurrentExecutions).toEqual({ Ref: 'AWS::NoValue' });
  });
});

describe('the reconciler', () => {
  test('logs its findings for an alarm, independent of the log level of the others', () => {
    const { Properties } = template.Resources.ReconcileLambdaFunction as Resource;

    expect(Properties.LoggingConfig).toEqual({ LogFormat: 'JSON', ApplicationLogLevel: 'INFO' });
    expect(Properties.Environment.Variables.POWERTOOLS_LOG_LEVEL).toBe('INFO');
  });
});

describe('workflows', () => {
  test.each(['remount', 'cluster', 'bulk', 'teardown'])('%s is deployed as its file says', async (name) => {
    const { Properties } = template.Resources[`${capital(name)}StateMachine`] as Resource;
    const asl = await readFile(join(ROOT, 'statemachine', `${name}.asl.json`), 'utf8');

    expect(Properties.Definition).toEqual(JSON.parse(asl));
  });

  test.each(['remount', 'cluster', 'bulk', 'teardown'])(
    '%s gets the ARNs of the functions that it names, may invoke them, and logs no data',
    async (name) => {
      const { Properties } = template.Resources[`${capital(name)}StateMachine`] as Resource;
      const asl = await readFile(join(ROOT, 'statemachine', `${name}.asl.json`), 'utf8');
      const placeholders = new Set([...asl.matchAll(/\$\{(\w+)\}/g)].map(([, placeholder]) => placeholder));

      expect(new Set(Object.keys(Properties.DefinitionSubstitutions))).toEqual(placeholders);
      const functions = Object.values(
        Properties.DefinitionSubstitutions as Record<string, { 'Fn::GetAtt': string[] }>,
      );
      const invokable = [...rightsOf(template, `${capital(name)}MachineRole`)]
        .filter(([, actions]) => actions.includes('lambda:InvokeFunction'))
        .map(([id]) => id);
      expect(invokable.sort()).toEqual(functions.map((value) => value['Fn::GetAtt'][0]).sort());
      expect(Properties.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
    },
  );
});

describe('the event bus', () => {
  const statement = (id: string) => (template.Resources[id] as Resource).Properties.Statement;

  test('lets only publish use the source of the service', () => {
    expect(statement('OnlyPublishAnnounces')).toMatchObject({
      Effect: 'Deny',
      Principal: '*',
      Action: 'events:PutEvents',
      Condition: {
        'ForAnyValue:StringEquals': { 'events:source': 'remount' },
        ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': ['PublishRole', 'Arn'] } },
      },
    });
    const speakers = ofType(template, 'AWS::IAM::Role')
      .map(([id]) => id)
      .filter((id) => [...rightsOf(template, id).values()].flat().includes('events:PutEvents'));
    expect(speakers).toEqual(['PublishRole']);
  });

  test('takes no request from publish', () => {
    const speaking = statementsOf(template.Resources.PublishRole as Resource).filter(
      ({ Action }) => Action === 'events:PutEvents',
    );
    expect(speaking.map(({ Condition }) => Condition)).toEqual([
      { 'ForAllValues:StringEquals': { 'events:source': 'remount' } },
    ]);
  });

  test('takes requests, and no other events, from the accounts that the deployment names', () => {
    expect(template.Resources.OtherAccountsRequest).toMatchObject({ Condition: 'HasEventAccounts' });
    expect(statement('OtherAccountsRequest')).toMatchObject({
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Condition: {
        'ForAllValues:StringEquals': {
          'events:source': 'remount.request',
          'events:detail-type': 'Remount Requested',
        },
      },
    });
  });

  test('passes requests to one function, which has no policies unless the deployment names some', () => {
    const { Properties } = template.Resources.RemountRequested as Resource;
    const { Environment } = (template.Resources.RemountRequestedLambdaFunction as Resource).Properties;

    expect(Properties.EventPattern).toEqual({
      source: ['remount.request'],
      'detail-type': ['Remount Requested'],
    });
    expect(Properties.Targets).toEqual([
      {
        Id: 'remountRequested',
        Arn: { 'Fn::GetAtt': ['RemountRequestedLambdaFunction', 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['RefusedQueue', 'Arn'] } },
      },
    ]);
    expect(Environment.Variables.EVENT_POLICIES).toBe('none');
  });

  test.each(['reconcile', 'remountRequested', 'scheduledRemount'])(
    'sends to a queue what %s failed on in all retries',
    (name) => {
      const configs = ofType(template, 'AWS::Lambda::EventInvokeConfig').map(
        ([, { Properties }]) => Properties,
      );
      const config = configs.find(({ FunctionName }) => JSON.stringify(FunctionName).includes(capital(name)));

      const [queue] = config.DestinationConfig.OnFailure.Destination['Fn::GetAtt'];
      expect(rightsOf(template, `${capital(name)}Role`).get(queue)).toEqual(['sqs:SendMessage']);
    },
  );

  test('passes the stream of migrations to publish until it takes the records', () => {
    const { Properties } = template.Resources.PublishMapping as Resource;

    expect(template.Resources.MigrationsTable?.Properties.StreamSpecification).toEqual({
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    });
    expect(Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['MigrationsTable', 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(Properties.MaximumRetryAttempts).toBeUndefined();
    expect(Properties.MaximumRecordAgeInSeconds).toBeLessThan(86_400);
  });
});

describe('schedules', () => {
  const inGroup = 'schedule/$' + '{ScheduleGroup}/*';

  test('are in a separate group, created by vault, and removed by the function that they invoke', () => {
    const keepers = ofType(template, 'AWS::IAM::Role').flatMap(([id]) =>
      [...rightsOf(template, id)]
        .filter(([, actions]) => actions.some((action) => action.startsWith('scheduler:')))
        .map(([resource, actions]) => [id, resource.endsWith(inGroup), actions]),
    );

    expect(template.Resources.ScheduleGroup?.Type).toBe('AWS::Scheduler::ScheduleGroup');
    expect(keepers).toEqual([
      [
        'VaultRole',
        true,
        ['scheduler:CreateSchedule', 'scheduler:UpdateSchedule', 'scheduler:DeleteSchedule'],
      ],
      ['ScheduledRemountRole', true, ['scheduler:DeleteSchedule']],
    ]);
  });

  test('invoke with a role that may invoke one function, for schedules of this group only', () => {
    const role = template.Resources.SchedulerRole as Resource;

    expect([...rightsOf(template, 'SchedulerRole')]).toEqual([
      ['ScheduledRemountLambdaFunction', ['lambda:InvokeFunction']],
      ['RefusedQueue', ['sqs:SendMessage']],
    ]);
    expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['ScheduleGroup', 'Arn'] } },
        },
      },
    ]);
  });

  test('have a role that can be passed only to the scheduler', () => {
    const roles = ofType(template, 'AWS::IAM::Role');
    const lending = roles
      .flatMap(([, role]) => statementsOf(role))
      .filter(({ Action }) => Action === 'iam:PassRole');

    expect(lending).toEqual([
      {
        Sid: 'LendSchedulerRole',
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] },
        Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      },
    ]);
  });
});

describe('operations', () => {
  test('every log is kept for a limited time', () => {
    for (const [, { Properties }] of ofType(template, 'AWS::Logs::LogGroup')) {
      expect(Properties.RetentionInDays).toBeGreaterThan(0);
    }
  });

  test('every alarm goes to the topic, and every function and table has one', () => {
    const alarms = ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);

    for (const { AlarmActions } of alarms) expect(AlarmActions).toEqual([{ Ref: 'AlarmTopic' }]);
    const watched = JSON.stringify(alarms);
    for (const name of FUNCTIONS) expect(watched).toContain(`${capital(name)}LambdaFunction`);
    for (const [id] of ofType(template, 'AWS::DynamoDB::Table')) expect(watched).toContain(id);
  });

  test('every alarm is explained in the documentation', async () => {
    const text = await readFile(join(ROOT, 'docs', 'deployment.md'), 'utf8');
    const names = ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
      Properties.AlarmName['Fn::Sub']
        .replace(/^\$\{AWS::StackName\}-/, '')
        .replace(/^\w+(?=-(function|table)-)/, '<$1>'),
    );

    for (const name of names) expect(text).toContain(`\`${name}\``);
  });

  test('every reference has a target', () => {
    const text = JSON.stringify(template);
    const pattern = /"Ref":"([^":]+)"|"Fn::GetAtt":\["(\w+)"|\$\{(\w+)(?:\.Arn)?\}/g;
    const named = [...text.matchAll(pattern)].map(([, ref, attribute, sub]) => ref ?? attribute ?? sub ?? '');
    const known = new Set([...Object.keys(template.Resources), ...substitutions()]);

    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('nothing in the template looks like a secret', () => {
    expect(JSON.stringify(template)).not.toMatch(/\bhvs\.|AKIA[0-9A-Z]{16}|PRIVATE KEY|password/i);
  });
});

function api(): Resource {
  return template.Resources.Api as Resource;
}

function stage() {
  return (template.Resources.ApiStage as Resource).Properties;
}

function substitutions(): string[] {
  const machines = ofType(template, 'AWS::StepFunctions::StateMachine');
  return machines.flatMap(([, { Properties }]) => Object.keys(Properties.DefinitionSubstitutions));
}
