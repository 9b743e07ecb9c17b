/** What would make a deployment fail, or surprise, and what to do. */

import type { Account, Instances, Stack } from './account.ts';
import type { Plan } from './plan.ts';

export interface Finding {
  /** Whether the deployment would fail. */
  fails: boolean;
  text: string;
}

/** The longest name of a function. */
const MAX_FUNCTION_NAME = 64;
/** Instances that AWS keeps unreserved. In accounts with a small quota they are fewer, and none can be reserved. */
const KEPT_UNRESERVED = 100;
/** Where every step is told. */
const GUIDE = 'docs/deployment.md, "If the first deployment fails"';

/** The states in which a stack can be updated. */
const CAN_BE_UPDATED = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
]);

/** Those of a stack that was never made as a whole, or was to be deleted: nobody uses it. */
const NEVER_MADE = new Set([
  'REVIEW_IN_PROGRESS',
  'CREATE_FAILED',
  'ROLLBACK_FAILED',
  'ROLLBACK_COMPLETE',
  'DELETE_FAILED',
]);

/** What can be found before AWS is asked. */
export function ofPlan({ stage, region, functions }: Plan): Finding[] {
  const findings: Finding[] = [];
  const longest = Math.max(...functions.map(({ name }) => name.length));
  const most = MAX_FUNCTION_NAME - (longest - stage.length);
  if (stage.length > most)
    findings.push(
      failure(
        `the stage has ${stage.length} characters: use ${most} at most, so that the functions can be named.`,
      ),
    );
  if (/^(cn|us-iso)/.test(region))
    findings.push(
      failure(
        `the region ${region} is not supported: AWS names its services otherwise in China and in isolated regions.`,
      ),
    );
  return findings;
}

/** What the account and the plan say together. */
export function ofAccount(plan: Plan, account: Account): Finding[] {
  const { stack, instances, logRole, unseen } = account;
  return [
    ...ofUnseen(unseen),
    ...(stack && stack !== 'none' ? ofStack(plan, stack) : []),
    ...(instances ? ofInstances(plan, instances) : []),
    ...(logRole && stack ? ofLogRole(plan, logRole, stack) : []),
    ...(stack ? ofTables(plan, account, stack) : []),
    ...(stack ? ofOthers(plan, account, stack) : []),
  ];
}

/** Without a right to look, the rest is still worth knowing. Anything else stops the deployment as well. */
function ofUnseen(unseen: Account['unseen']): Finding[] {
  const parts = Map.groupBy(unseen, ({ error }) => `${error.name}: ${error.message.split('\n')[0]}`);
  return [...parts].map(([said, looks]) => {
    const what = looks.map((look) => look.what).join(', ');
    return /AccessDenied/.test(said)
      ? note(`not checked: ${what}. These credentials may not look (${said}).`)
      : failure(`not checked: ${what}. Check the credentials, the region and the network (${said}).`);
  });
}

function ofStack({ stack, stage, region }: Plan, { status }: Stack): Finding[] {
  if (CAN_BE_UPDATED.has(status)) return [];
  const is = `the stack ${stack} is ${status}`;
  if (NEVER_MADE.has(status))
    return [failure(`${is}: npx osls remove --stage ${stage} --region ${region}, then see ${GUIDE}.`)];
  if (status.endsWith('_IN_PROGRESS')) return [failure(`${is}: wait until that is done.`)];
  const command = status === 'UPDATE_ROLLBACK_FAILED' ? 'continue-update-rollback' : 'rollback-stack';
  return [failure(`${is}: aws cloudformation ${command} --region ${region} --stack-name ${stack}`)];
}

function ofInstances({ stack, functions }: Plan, { most, unreserved, reserved }: Instances): Finding[] {
  const findings: Finding[] = [];
  const more = functions
    .map(({ name, reserved: wanted }) => ({ name, count: wanted - (reserved.get(name) ?? 0) }))
    .filter(({ count }) => count > 0);
  const count = more.reduce((sum, one) => sum + one.count, 0);
  const parameters = more.map(({ name }) => `${name.slice(stack.length + 1)}Concurrency`).join(' and ');
  if (count > 0 && unreserved - count < KEPT_UNRESERVED)
    findings.push(
      failure(
        `${parameters} would reserve ${count} more instances, but the account has ${unreserved} to reserve from, and AWS ` +
          `keeps ${KEPT_UNRESERVED}: set "none", or ask AWS for a larger quota.`,
      ),
    );
  if (most < KEPT_UNRESERVED)
    findings.push(
      note(
        `the account runs ${most} instances of functions at the same time, so requests under load get 503: ask AWS for a ` +
          'larger quota (Lambda, "Concurrent executions").',
      ),
    );
  return findings;
}

function ofLogRole(plan: Plan, role: string, stack: Stack | 'none'): Finding[] {
  if (role === 'none')
    return plan.setsApiGatewayRole
      ? []
      : [
          failure(
            'API Gateway has no role for logs in this account and region: set setsApiGatewayRole to "yes".',
          ),
        ];
  const name = role.slice(role.lastIndexOf('/') + 1);
  if (!plan.setsApiGatewayRole || isOf(stack, name)) return [];
  return [
    note(
      `API Gateway has a role for logs already, ${name}, which all APIs of this account and region share. The deployment ` +
        'would replace it: set setsApiGatewayRole to "no" to keep it.',
    ),
  ];
}

function ofTables({ protectsTables }: Plan, { tables }: Account, stack: Stack | 'none'): Finding[] {
  if (!tables) return [];
  const strange = tables.filter(({ name }) => !isOf(stack, name)).map(({ name }) => name);
  if (strange.length > 0)
    return [
      failure(
        `tables of an earlier deployment are in the way, and may hold its data: ${strange.join(', ')}. See ${GUIDE}.`,
      ),
    ];
  if (tables.length === 0)
    return protectsTables
      ? [
          note(
            'the tables would be protected from deletion, so a failed first deployment would leave them behind: deploy ' +
              'first with --param="protectsTables=no", and then without.',
          ),
        ]
      : [];
  return protectsTables
    ? []
    : [
        note(
          'the tables would not be protected from deletion: leave out protectsTables=no, except the first time.',
        ),
      ];
}

function ofOthers(
  plan: Plan,
  { hasAlias, logGroups = [], buckets = [] }: Account,
  stack: Stack | 'none',
): Finding[] {
  const findings: Finding[] = [];
  const { alias, region } = plan;
  if (hasAlias && !isOf(stack, alias))
    findings.push(
      failure(
        `the key alias is taken: aws kms delete-alias --region ${region} --alias-name ${alias} (the key stays).`,
      ),
    );
  const strange = logGroups.filter((name) => !isOf(stack, name));
  if (strange.length > 0)
    findings.push(
      failure(
        `log groups of an earlier deployment are in the way: ${strange.join(', ')}. Delete each, if nobody needs it: ` +
          `aws logs delete-log-group --region ${region} --log-group-name <name>`,
      ),
    );
  for (const bucket of buckets.filter((name) => !isOf(stack, name)))
    findings.push(
      note(
        `the bucket ${bucket} is left from an earlier deployment, and holds its code only: aws s3 rb --force ` +
          `--region ${region} s3://${bucket}`,
      ),
    );
  return findings;
}

function isOf(stack: Stack | 'none', name: string): boolean {
  return stack !== 'none' && stack.resources.has(name);
}

function failure(text: string): Finding {
  return { fails: true, text };
}

function note(text: string): Finding {
  return { fails: false, text };
}
