/** What a deployment would make, as osls reads it from serverless.yml, the file of the stage, and the parameters. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const OSLS = join(ROOT, 'node_modules', 'osls', 'bin', 'serverless.js');
/** The configuration has some hundred kilobytes. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export interface Order {
  stage: string;
  region: string;
  /** As `--param` gives them: `name=value`. */
  params: string[];
}

export interface Plan {
  stage: string;
  region: string;
  /** The name of the stack, with which the names of its resources begin. */
  stack: string;
  /** The deployed names of the functions, and how many instances each reserves. */
  functions: { name: string; reserved: number }[];
  tables: string[];
  /** The alias of the key. */
  alias: string;
  logGroups: string[];
  setsApiGatewayRole: boolean;
  protectsTables: boolean;
}

/** What is read of the output of `osls print`. */
interface Printed {
  service: string;
  functions: Record<string, { name: string; reservedConcurrency?: unknown }>;
  resources: {
    Conditions: { SetsApiGatewayRole: Equals; ProtectsTables: { 'Fn::Not': [Equals] } };
    Resources: Record<string, { Type: string; Properties: Record<string, { 'Fn::Sub': string }> }>;
  };
}

interface Equals {
  'Fn::Equals': [unknown, unknown];
}

/** @throws Error with the first cause that osls names when it cannot read the configuration */
export async function readPlan(order: Order): Promise<Plan> {
  const { service, functions, resources } = await print(order);
  const { stage, region } = order;
  const stack = `${service}-${stage}`;
  const { SetsApiGatewayRole, ProtectsTables } = resources.Conditions;
  const names = (type: string, property: string) =>
    Object.values(resources.Resources)
      .filter(({ Type }) => Type === type)
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is CloudFormation's
      .map(({ Properties }) => String(Properties[property]?.['Fn::Sub']).replace('${AWS::StackName}', stack));
  const [alias = ''] = names('AWS::KMS::Alias', 'AliasName');
  return {
    stage,
    region,
    stack,
    functions: Object.values(functions).map(({ name, reservedConcurrency }) => ({
      name,
      reserved: typeof reservedConcurrency === 'number' ? reservedConcurrency : 0,
    })),
    tables: names('AWS::DynamoDB::Table', 'TableName'),
    alias,
    logGroups: [
      ...names('AWS::Logs::LogGroup', 'LogGroupName'),
      ...Object.values(functions).map(({ name }) => `/aws/lambda/${name}`),
    ],
    setsApiGatewayRole: isTrue(SetsApiGatewayRole),
    protectsTables: !isTrue(ProtectsTables['Fn::Not'][0]),
  };
}

function isTrue({ 'Fn::Equals': [left, right] }: Equals): boolean {
  return left === right;
}

async function print({ stage, region, params }: Order): Promise<Printed> {
  const args = ['print', '--format', 'json', '--stage', stage, '--region', region];
  const given = params.map((param) => `--param=${param}`);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [OSLS, ...args, ...given], {
      cwd: ROOT,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return JSON.parse(stdout);
  } catch (error) {
    const { stdout = '', message } = error as { stdout?: string; message: string };
    throw new Error(causeIn(stdout) ?? message);
  }
}

/** What osls prints has the cause once for each place that it affects, or in its first line. */
function causeIn(printed: string): string | undefined {
  const unresolved = /^ {2}- Cannot resolve variable at .*?: (?:.*Error: )?(.*?),?$/m.exec(printed);
  return (unresolved ?? /^Error:\n(.+)$/m.exec(printed))?.[1];
}
