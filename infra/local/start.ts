/** `npm start`: runs the service on this machine until Ctrl-C. Reads its settings from environment variables. */

import { readFile } from 'node:fs/promises';
import { CLUSTER_VARIABLES } from '../../functions/adapters/clusterEnvironment.ts';
import { bindFolder } from './clusterFolder.ts';
import { lookAtCluster } from './lookAtCluster.ts';
import { type Service, type ServiceOptions, startService } from './service.ts';
import { StartError } from './startError.ts';
import { welcome } from './welcome.ts';

let service: Service | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop(0));

try {
  const cluster = await clusterVariables(process.env);
  const options = { ...readOptions(process.env), cluster };
  const facts = cluster && (await lookAtCluster(cluster));
  if (options.dataDir) await bindFolder(options.dataDir, facts, options.log);
  service = await startService(options);
  console.log(welcome(service, options, facts));
} catch (error) {
  console.error(`remount: ${(error as Error).message}`);
  process.exit(1);
}

/** Works during the start, too: what was already started ends with this process. */
async function stop(exitCode: number): Promise<void> {
  await service?.stop();
  process.exit(exitCode);
}

function readOptions({
  PORT,
  ROOT_TOKEN,
  DATA_DIR,
  DYNAMODB_ENDPOINT,
  RECONCILE_SECONDS,
  EVENT_POLICIES,
}: NodeJS.ProcessEnv): ServiceOptions {
  return {
    port: readNumber('PORT', PORT || '8200', 0, 65_535),
    rootToken: ROOT_TOKEN || 'root',
    dataDir: DATA_DIR || undefined,
    dynamodbEndpoint: DYNAMODB_ENDPOINT || undefined,
    reconcileSeconds: readNumber('RECONCILE_SECONDS', RECONCILE_SECONDS || '60', 1, 86_400),
    eventPolicies: EVENT_POLICIES ? EVENT_POLICIES.split(',') : [],
    log: (text) => process.stderr.write(text),
    onCrash: () => {
      console.error('remount: the DynamoDB emulator has ended unexpectedly');
      void stop(1);
    },
  };
}

/**
 * The variables that are set, if they name a cluster. As for Vault's own tools, `CLUSTER_CACERT` names a file; the
 * functions get what is in it.
 */
async function clusterVariables(environment: NodeJS.ProcessEnv): Promise<Record<string, string> | undefined> {
  if (!environment.CLUSTER_ADDR) return undefined;
  const set = CLUSTER_VARIABLES.map((name) => [name, environment[name] ?? ''] as const);
  const variables = Object.fromEntries(set.filter(([, value]) => value !== ''));
  const { CLUSTER_CACERT } = variables;
  if (CLUSTER_CACERT) variables.CLUSTER_CACERT = await certificateIn(CLUSTER_CACERT);
  return variables;
}

async function certificateIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new StartError(`CLUSTER_CACERT ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function readNumber(name: string, text: string, from: number, to: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= from && number <= to) return number;
  throw new StartError(`${name} must be a number from ${from} to ${to}, not ${text}`);
}
