/** The packaged stack, created on moto: a CloudFormation with the API of AWS. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { deployed } from '../../infra/deployed.ts';
import type { Resource, Template } from '../../infra/packageTemplate.ts';
import { PYTHON } from './emulation.ts';

export const STACK = 'remount-prod';
export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

/** Type of resource → why moto does not create it, and what is done instead. */
export const NOT_CREATED: Record<string, string> = {
  'AWS::ApiGateway::Account': 'a setting of the account; nothing here writes the log of the gateway',
  'AWS::ApiGateway::Deployment': 'moto reads no Body of an API, which then has no methods to deploy',
  'AWS::ApiGateway::Stage': 'as the deployment; the local gateway routes instead',
  'AWS::CloudWatch::Alarm': 'moto has alarms, but not in stacks',
  'AWS::Events::ApiDestination': 'nothing is sent to people here',
  'AWS::Events::Connection': 'as the destination that it is for',
  'AWS::Events::EventBusPolicy': 'its policy is judged with those of the roles',
  'AWS::Lambda::EventInvokeConfig': 'its queues are judged with the rights of the roles',
  'AWS::Logs::MetricFilter': 'moto has filters, but not in stacks',
  'AWS::S3::BucketPolicy': "osls's, for the bucket of the archives",
  'AWS::SNS::Subscription': 'nobody gets mail here',
  'AWS::SQS::QueuePolicy': 'its policy is judged with those of the roles',
  'AWS::Scheduler::ScheduleGroup': 'moto has groups, but not in stacks; the test creates it',
};

/** What has references that the tests follow. */
const READ = [
  'AWS::ApiGateway::RestApi',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBusPolicy',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::SQS::QueuePolicy',
  'AWS::StepFunctions::StateMachine',
];

/** What policies name: type of resource → what gives its ARN, or the id of the API. */
const NAMED: Record<string, 'Arn' | 'Ref'> = {
  'AWS::ApiGateway::RestApi': 'Ref',
  'AWS::DynamoDB::Table': 'Arn',
  'AWS::Events::EventBus': 'Arn',
  'AWS::Events::Rule': 'Arn',
  'AWS::IAM::Role': 'Arn',
  'AWS::KMS::Key': 'Arn',
  'AWS::Lambda::Function': 'Arn',
  'AWS::Logs::LogGroup': 'Arn',
  'AWS::SQS::Queue': 'Arn',
  'AWS::StepFunctions::StateMachine': 'Ref',
};

export interface Stack {
  /** Of moto, for all its services. */
  endpoint: string;
  status: string;
  /** The types of the packaged resources that moto does not know. */
  lacking: string[];
  /** Logical id → the resource, with the values of its references. */
  Resources: Record<string, Resource>;
  /** Logical id → ARN; of the API, its id. */
  arns: Record<string, string>;
  stop(): Promise<void>;
}

/** @param archives the folder of the archives; each is unpacked beside itself */
export async function startStack(template: Template, archives: string): Promise<Stack> {
  const packaged = Object.entries(template.Resources);
  const Resources = Object.fromEntries(packaged.filter(([, { Type }]) => !(Type in NOT_CREATED)));
  const made = Object.entries(deployed(template).Resources);
  const named = made.filter(([, { Type }]) => Type in NAMED);
  const asked = withoutGroup({
    template: { ...template, Resources, Outputs: {} },
    documents: {
      Resources: Object.fromEntries(made.filter(([, { Type }]) => READ.includes(Type))),
      arns: Object.fromEntries(named.map(([id, { Type }]) => [id, reference(id, NAMED[Type])])),
    },
  });
  const types = packaged.map(([, { Type }]) => Type);
  const child = spawn(PYTHON, [`${import.meta.dirname}/stack.py`], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4_000);
  });
  child.stdin.write(`${JSON.stringify({ ...asked, name: STACK, types, archives })}\n`);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: line } = await lines.next();
  if (line === undefined) throw new Error(`moto does not create the stack: ${complaint}`);
  const { documents: read, ...answer } = JSON.parse(line);
  return {
    ...answer,
    ...read,
    async stop() {
      child.stdin.end();
      child.kill();
      await ended;
    },
  };
}

function reference(id: string, kind: 'Arn' | 'Ref' | undefined): object {
  return kind === 'Ref' ? { Ref: id } : { 'Fn::GetAtt': [id, 'Arn'] };
}

/** The values of references to the group of schedules, which moto does not create. */
function withoutGroup<T>(value: T): T {
  const text = JSON.stringify(value)
    .replaceAll('{"Fn::GetAtt":["ScheduleGroup","Arn"]}', `"${GROUP_ARN}"`)
    .replaceAll('{"Ref":"ScheduleGroup"}', `"${STACK}"`)
    .replaceAll(/\$\{ScheduleGroup\}/g, STACK);
  return JSON.parse(text);
}

export const GROUP_ARN = `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/${STACK}`;

/** moto has deployments, but an API without methods cannot be deployed. @returns their type while it reads no `Body` */
export async function lackingForApis({ endpoint, arns }: Stack): Promise<string[]> {
  const authorization = `AWS4-HMAC-SHA256 Credential=moto/20260101/${REGION}/apigateway/aws4_request`;
  const answer = await fetch(`${endpoint}/restapis/${arns.Api}/resources`, { headers: { authorization } });
  const { item } = (await answer.json()) as { item: { path: string }[] };
  return item.map(({ path }) => path).join() === '/' ? ['AWS::ApiGateway::Deployment'] : [];
}
