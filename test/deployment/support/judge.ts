/**
 * A second opinion on the rights: judges a request as IAM does, by the policies of the stack with all their conditions.
 * Who asks is a role of the stack, a service of AWS, or somebody else.
 */

import { type RunSimulationResults, runSimulation } from '@cloud-copilot/iam-simulate';
import { ofType } from '../../infra/packageTemplate.ts';
import { many, statementsOf } from '../../infra/rights.ts';
import { ACCOUNT, type Stack } from './stack.ts';

export interface Asked {
  /** The logical id of a role; a service, such as `events.amazonaws.com`; or the ARN of somebody who may do everything. */
  who: string;
  action: string;
  resource: string;
  context?: Record<string, string | string[]>;
}

/** @returns whether it is allowed */
export type Judge = (asked: Asked) => Promise<boolean>;

/** Judged by the trust policy of a role, which other requests about the role are not. */
const ASSUME = 'sts:AssumeRole';

const EVERYTHING = [
  { name: 'everything', policy: policy([{ Effect: 'Allow', Action: '*', Resource: '*' }]) },
];

/** @returns a judge that remembers its verdicts */
export function judgeOf(stack: Stack): Judge {
  const policies = resourcePolicies(stack);
  const verdicts = new Map<string, Promise<boolean>>();
  const judge: Judge = async ({ who, action, resource, context = {} }) => {
    const isRole = who in stack.Resources;
    const isService = who.endsWith('.amazonaws.com');
    const principal = isRole ? sessionOf(stack.arns[who] ?? '') : who;
    const result = await runSimulation(
      {
        request: {
          principal,
          action,
          resource: { resource, accountId: ACCOUNT },
          contextVariables: { ...(isService ? {} : { 'aws:PrincipalArn': roleOf(principal) }), ...context },
        },
        identityPolicies: isRole ? policiesOf(stack, who) : isService ? [] : EVERYTHING,
        resourcePolicy: policies.get(action === ASSUME ? `${ASSUME} ${resource}` : resource),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    return isAllowed(result);
  };
  return (asked) => {
    const key = JSON.stringify(asked);
    const verdict = verdicts.get(key) ?? judge(asked);
    verdicts.set(key, verdict);
    return verdict;
  };
}

/** @throws Error for a request that AWS does not have: the action does not know the resource, or a part of the context */
function isAllowed(result: RunSimulationResults): boolean {
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  const parts = result.resultType === 'single' ? [result.result] : result.results;
  const ignored = parts.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys);
  if (ignored.length > 0) throw new Error(`nobody knows what ${ignored} decides`);
  return result.overallResult === 'Allowed';
}

function policiesOf({ Resources }: Stack, role: string): { name: string; policy: unknown }[] {
  const { Policies = [] } = Resources[role]?.Properties ?? {};
  return Policies.map(({ PolicyName, PolicyDocument }: { PolicyName: string; PolicyDocument: unknown }) => ({
    name: PolicyName,
    policy: PolicyDocument,
  }));
}

/** ARN → the policy of the resource. Those of roles are of {@link ASSUME} only. */
function resourcePolicies(stack: Stack): Map<string, unknown> {
  const { arns } = stack;
  const found = new Map<string, object[]>();
  const add = (arn: string, statements: object[]) =>
    found.set(arn, [...(found.get(arn) ?? []), ...statements]);
  for (const [, { Properties }] of ofType(stack, 'AWS::Events::EventBusPolicy'))
    add(arns.RemountBus ?? '', many(Properties.Statement));
  for (const [, { Properties }] of ofType(stack, 'AWS::SQS::QueuePolicy'))
    for (const statement of Properties.PolicyDocument.Statement) add(statement.Resource, [statement]);
  for (const [id, { Properties }] of ofType(stack, 'AWS::IAM::Role'))
    add(`${ASSUME} ${arns[id]}`, Properties.AssumeRolePolicyDocument.Statement);
  for (const [id, { Properties }] of ofType(stack, 'AWS::KMS::Key'))
    add(arns[id] ?? '', Properties.KeyPolicy.Statement);
  for (const [, { Properties }] of ofType(stack, 'AWS::Lambda::Permission')) {
    const arn = Object.values(arns).find((one) => one.endsWith(`:function:${Properties.FunctionName}`)) ?? '';
    add(arn, [permission(arn, Properties)]);
  }
  return new Map([...found].map(([arn, statements]) => [arn, policy(statements)]));
}

/** The statement that Lambda makes of a permission. */
function permission(arn: string, { Action, Principal, SourceArn }: Record<string, string>): object {
  return {
    Effect: 'Allow',
    Principal: { Service: Principal },
    Action,
    Resource: arn,
    Condition: { ArnLike: { 'AWS:SourceArn': SourceArn } },
  };
}

function policy(Statement: object[]): object {
  return { Version: '2012-10-17', Statement };
}

/** What the roles of the stack may do, each as role and action. */
export function grantedIn(stack: Stack): [role: string, action: string][] {
  return ofType(stack, 'AWS::IAM::Role').flatMap(([id, role]) =>
    statementsOf(role).flatMap(({ Action }) => many(Action).map((action): [string, string] => [id, action])),
  );
}

/** The session in which a service of AWS uses a role. */
function sessionOf(role: string): string {
  return `${role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/session`;
}

function roleOf(session: string): string {
  return session.replace(':sts:', ':iam:').replace(/:assumed-role\/([^/]+)\/.*/, ':role/$1');
}
