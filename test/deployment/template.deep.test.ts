/** What programs of others say of the packaged template. */

import { execFile } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageTemplate } from '../infra/packageTemplate.ts';
import { CFN_LINT, requireEmulation } from './support/emulation.ts';

/** A stack with all that parameters can add, one without, and the first of a stage. */
const STACKS: [string, Record<string, string>][] = [
  ['without parameters', {}],
  ['of a first deployment', { protectsTables: 'no' }],
  [
    'with all parameters',
    {
      alarmEmail: 'ops@example.com',
      endpointType: 'PRIVATE',
      vpcEndpointId: 'vpce-0123456789abcdef0',
      statusConcurrency: '100',
      clusterAddress: 'https://vault.example:8200',
      clusterStepConcurrency: '10',
      clusterNamespace: 'admin',
      clusterNodes: 'https://10.0.0.1:8200=https://vault-1.example:8200',
      clusterCaCert: 'certificate',
      clusterReadRoleId: 'reader',
      clusterReadSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:remount-read-AbCdEf',
      clusterMoveRoleId: 'mover',
      clusterMoveSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:remount-move-AbCdEf',
      clusterSubnets: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
      clusterSecurityGroups: 'sg-0123456789abcdef0',
      eventPolicies: 'mover',
      eventAccounts: '444455556666',
      notifySecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:remount-people-AbCdEf',
    },
  ],
];

/** To package and to check a stack. It takes a sixth of that on a quiet machine. */
const LINT_MS = 100_000;

/** Rule of cfn-lint and the beginning of its message → why the template is right. */
const EXPLAINED: [rule: string, message: RegExp, reason: string][] = [
  ['W3005', /^'\w+Role' dependency already enforced/, 'osls writes these dependencies'],
  ['W8003', /^\[.*\] will always return/, 'osls puts the values of parameters into conditions'],
  ['W1033', /^'none' /, 'in a part that its condition leaves out'],
  ['E3510', /^'none' does not match/, 'in a part that its condition leaves out'],
];

interface Complaint {
  rule: string;
  message: string;
  place: string;
}

const found = new Map<string, Complaint[]>();
beforeAll(async () => {
  await requireEmulation();
  for (const [title, params] of STACKS)
    found.set(title, await lint(JSON.stringify((await packageTemplate(params)).template)));
}, LINT_MS * STACKS.length);

describe('the packaged template', () => {
  it.each(STACKS)('%s has nothing that cfn-lint complains about, but what is explained', (title) => {
    const open = found.get(title)?.filter((one) => !EXPLAINED.some((explained) => fits(one, explained)));

    expect(open).toEqual([]);
  });

  it('needs each of the explanations', () => {
    const all = [...found.values()].flat();

    expect(EXPLAINED.filter((explained) => !all.some((one) => fits(one, explained)))).toEqual([]);
  });
});

function fits({ rule, message }: Complaint, [explained, beginning]: (typeof EXPLAINED)[number]): boolean {
  return rule === explained && beginning.test(message);
}

/** Errors and warnings. The program takes the template as its input if it is given no file. */
function lint(template: string): Promise<Complaint[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(CFN_LINT, ['--format', 'json'], { maxBuffer: MAX_BYTES }, (_, output, errors) => {
      try {
        resolve(JSON.parse(output).map(complaintOf));
      } catch {
        reject(new Error(`cfn-lint says ${output} ${errors}`));
      }
    });
    child.stdin?.end(template);
  });
}

const MAX_BYTES = 64 * 1024 * 1024;

interface Printed {
  Rule: { Id: string };
  Message: string;
  Location: { Path: (string | number)[] | null };
}

function complaintOf({ Rule, Message, Location }: Printed): Complaint {
  return { rule: Rule.Id, message: Message, place: (Location.Path ?? []).join('.') };
}
