/** What services of AWS ask of IAM to run the stack: with a role, or as themselves. None of it is a call of a function. */

import { ofType } from '../../infra/packageTemplate.ts';
import type { Asked } from './judge.ts';
import { ACCOUNT, GROUP_ARN, REGION, STACK, type Stack } from './stack.ts';

const SCHEDULER = 'scheduler.amazonaws.com';
const VIA_DYNAMODB = { 'kms:ViaService': `dynamodb.${REGION}.amazonaws.com` };

const TRACE = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
const TRACE_MACHINE = [...TRACE, 'xray:GetSamplingRules', 'xray:GetSamplingTargets'];
const DELIVER_LOGS = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];

/** All of it must be allowed. */
export function asksOnBehalf(stack: Stack): Asked[] {
  return [
    ...ofType(stack, 'AWS::Lambda::Function').flatMap(([id]) => ofFunction(stack, id)),
    ...ofType(stack, 'AWS::StepFunctions::StateMachine').flatMap(([id]) => ofMachine(stack, id)),
    ...ofStream(stack),
    ...ofFailures(stack),
    ...ofRules(stack),
    ...ofSchedules(stack),
    ...ofApi(stack),
  ];
}

/** Lambda writes logs and traces with the role of a function, and DynamoDB decrypts with it. */
function ofFunction(stack: Stack, id: string): Asked[] {
  const who = roleOf(id);
  const { Variables } = propertiesOf(stack, id).Environment;
  const hasTable = Object.keys(Variables).some((name) => name.endsWith('_TABLE'));
  const stream = logStreamOf(stack, id);
  return [
    { who: 'lambda.amazonaws.com', action: 'sts:AssumeRole', resource: arnOf(stack, who) },
    ...each(who, ['logs:CreateLogStream', 'logs:PutLogEvents'], stream),
    ...each(who, TRACE, '*'),
    ...(hasTable ? each(who, ['kms:Decrypt'], arnOf(stack, 'DataKey'), VIA_DYNAMODB) : []),
  ];
}

/** A distributed Map starts, describes and stops executions of its own machine. */
function ofMachine(stack: Stack, id: string): Asked[] {
  const who = id.replace('StateMachine', 'MachineRole');
  const { Definition, DefinitionSubstitutions } = propertiesOf(stack, id);
  const steps = Object.values<string>(DefinitionSubstitutions);
  const isDistributed = JSON.stringify(Definition).includes('"Mode":"DISTRIBUTED"');
  const chunk = `${arnOf(stack, id).replace(':stateMachine:', ':execution:')}/chunks:0`;
  return [
    {
      who: 'states.amazonaws.com',
      action: 'sts:AssumeRole',
      resource: arnOf(stack, who),
      context: { 'aws:SourceAccount': ACCOUNT },
    },
    ...steps.flatMap((step) => each(who, ['lambda:InvokeFunction'], step)),
    ...each(who, [...TRACE_MACHINE, ...DELIVER_LOGS], '*'),
    ...(isDistributed
      ? [
          ...each(who, ['states:StartExecution'], arnOf(stack, id)),
          ...each(who, ['states:DescribeExecution', 'states:StopExecution'], chunk),
        ]
      : []),
  ];
}

/** Lambda reads the stream of a table for a function. */
function ofStream(stack: Stack): Asked[] {
  return ofType(stack, 'AWS::Lambda::EventSourceMapping').flatMap(([, { Properties }]) => {
    const { FunctionName, EventSourceArn, DestinationConfig } = Properties;
    const who = roleOf(idOf(stack, FunctionName));
    const read = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];
    return [
      ...each(who, read, EventSourceArn),
      ...each(who, ['kms:Decrypt'], arnOf(stack, 'DataKey'), VIA_DYNAMODB),
      ...each(who, ['sqs:SendMessage'], DestinationConfig.OnFailure.Destination),
    ];
  });
}

function ofFailures(stack: Stack): Asked[] {
  return ofType(stack, 'AWS::Lambda::EventInvokeConfig').flatMap(([, { Properties }]) => {
    const who = roleOf(idOf(stack, Properties.FunctionName));
    return each(who, ['sqs:SendMessage'], Properties.DestinationConfig.OnFailure.Destination);
  });
}

function ofRules(stack: Stack): Asked[] {
  return ofType(stack, 'AWS::Events::Rule').flatMap(([id, { Properties }]) => {
    const context = { 'aws:SourceArn': arnOf(stack, id) };
    return Properties.Targets.flatMap((target: { Arn: string; DeadLetterConfig?: { Arn: string } }) => [
      ...each('events.amazonaws.com', ['lambda:InvokeFunction'], target.Arn, context),
      ...(target.DeadLetterConfig
        ? each('events.amazonaws.com', ['sqs:SendMessage'], target.DeadLetterConfig.Arn, context)
        : []),
    ]);
  });
}

/** `vault` passes a role to the scheduler, which invokes with it, and sets aside what it cannot deliver. */
function ofSchedules(stack: Stack): Asked[] {
  const { Variables } = propertiesOf(stack, 'VaultLambdaFunction').Environment;
  const role = Variables.SCHEDULE_ROLE_ARN;
  const context = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': GROUP_ARN };
  return [
    ...each('VaultRole', ['iam:PassRole'], role, { 'iam:PassedToService': SCHEDULER }),
    ...each(SCHEDULER, ['sts:AssumeRole'], role, context),
    ...each('SchedulerRole', ['lambda:InvokeFunction'], Variables.SCHEDULE_TARGET_ARN),
    ...each('SchedulerRole', ['sqs:SendMessage'], Variables.SCHEDULE_DEAD_LETTERS_ARN),
  ];
}

/** API Gateway names itself by stage, method and resource. */
function ofApi(stack: Stack): Asked[] {
  const { paths } = propertiesOf(stack, 'Api').Body;
  const methods = Object.entries<Record<string, Integrated>>(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  );
  return methods.flatMap(({ path, method, operation }) => {
    const { uri } = operation['x-amazon-apigateway-integration'];
    const [, name = ''] = /functions\/(.*)\/invocations$/.exec(uri) ?? [];
    const verb = method.startsWith('x-') ? 'DELETE' : method.toUpperCase();
    const source = `arn:aws:execute-api:${REGION}:${ACCOUNT}:${arnOf(stack, 'Api')}/prod/${verb}${path}`;
    return each('apigateway.amazonaws.com', ['lambda:InvokeFunction'], name, { 'aws:SourceArn': source });
  });
}

interface Integrated {
  'x-amazon-apigateway-integration': { uri: string };
}

/** What must not be allowed, each close to something that is. */
export function asksOfNobody(stack: Stack): Asked[] {
  const functions = ofType(stack, 'AWS::Lambda::Function').map(([id]) => id);
  const others = (id: string) => (id === 'VaultLambdaFunction' ? 'UiLambdaFunction' : 'VaultLambdaFunction');
  const bus = arnOf(stack, 'RemountBus');
  const put = (who: string, sources: string[], type = 'Remount Requested'): Asked => ({
    who,
    action: 'events:PutEvents',
    resource: bus,
    context: { 'events:source': sources, 'events:detail-type': [type] },
  });
  return [
    ...functions.flatMap((id) => [
      ...each(roleOf(id), ['logs:PutLogEvents'], logStreamOf(stack, others(id))),
      ...each(roleOf(id), ['kms:Decrypt'], arnOf(stack, 'DataKey')),
      ...each(roleOf(id), ['kms:Decrypt'], arnOf(stack, 'DataKey'), {
        'kms:ViaService': `s3.${REGION}.amazonaws.com`,
      }),
      ...each(roleOf(id), ['dynamodb:Scan'], arnOf(stack, 'AccessTable')),
    ]),
    // Only `publish` speaks for the service. A call that also has an event of the service is refused as a whole.
    put(SOMEBODY, ['remount']),
    put(SOMEBODY, ['remount.request', 'remount']),
    put(STRANGER, ['remount']),
    put(STRANGER, ['elsewhere']),
    put(STRANGER, ['remount.request'], 'Remount Switched'),
    put('arn:aws:sts::999900001111:assumed-role/pipeline/session', ['remount.request']),
    // The role of the schedules is for those of this stack.
    ...each(SCHEDULER, ['sts:AssumeRole'], arnOf(stack, 'SchedulerRole'), {
      'aws:SourceAccount': ACCOUNT,
      'aws:SourceArn': GROUP_ARN.replace(STACK, 'other'),
    }),
    ...each('events.amazonaws.com', ['lambda:InvokeFunction'], arnOf(stack, 'BootstrapLambdaFunction')),
    ...each(
      'events.amazonaws.com',
      ['lambda:InvokeFunction'],
      arnOf(stack, 'RemountRequestedLambdaFunction'),
      {
        'aws:SourceArn': arnOf(stack, 'EveryMinute'),
      },
    ),
  ];
}

/** A request of these is taken. */
export function asksOfSenders(stack: Stack): Asked[] {
  return [SOMEBODY, STRANGER].map((who) => ({
    who,
    action: 'events:PutEvents',
    resource: arnOf(stack, 'RemountBus'),
    context: { 'events:source': ['remount.request'], 'events:detail-type': ['Remount Requested'] },
  }));
}

const SOMEBODY = `arn:aws:sts::${ACCOUNT}:assumed-role/pipeline/session`;
/** Of the account that may send requests. */
const STRANGER = 'arn:aws:sts::444455556666:assumed-role/pipeline/session';

function each(who: string, actions: string[], resource: string, context?: Asked['context']): Asked[] {
  return actions.map((action) => ({ who, action, resource, ...(context && { context }) }));
}

function propertiesOf(stack: Stack, id: string) {
  return stack.Resources[id]?.Properties;
}

function arnOf({ arns }: Stack, id: string): string {
  const arn = arns[id];
  if (!arn) throw new Error(`no ARN of ${id}`);
  return arn;
}

function roleOf(id: string): string {
  return id.replace('LambdaFunction', 'Role');
}

/** The logical id of a function. */
function idOf(stack: Stack, name: string): string {
  const found = ofType(stack, 'AWS::Lambda::Function').find(
    ([, { Properties }]) => Properties.FunctionName === name,
  );
  return found?.[0] ?? '';
}

function logStreamOf(stack: Stack, id: string): string {
  const group = arnOf(stack, id.replace('LambdaFunction', 'LogGroup'));
  return group.replace(/\*$/, 'log-stream:2026/11/29/[$LATEST]0');
}
