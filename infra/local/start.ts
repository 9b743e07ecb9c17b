/** `npm start`: runs the service on this machine until Ctrl-C. Reads its settings from environment variables. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLUSTER_VARIABLES } from '../../functions/adapters/clusterEnvironment.ts';
import { writeVariables } from './awsVariables.ts';
import { bindFolder } from './clusterFolder.ts';
import { openLog } from './logFile.ts';
import { type ClusterFacts, lookAtCluster } from './lookAtCluster.ts';
import { makePrivate } from './privateFolder.ts';
import { type Service, type ServiceOptions, startService } from './service.ts';
import { StartError } from './startError.ts';
import { welcome } from './welcome.ts';

const TERMINAL = (text: string) => void process.stderr.write(text);

let service: Service | undefined;
/** Files and folders that are of no use after an orderly end. After a crash, the log may tell why. */
const leftovers: string[] = [];

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop(0));

try {
  const cluster = await clusterVariables(process.env);
  const options = { ...readOptions(process.env), cluster };
  const facts = cluster && (await lookAtCluster(cluster));
  const folder = options.dataDir ? await openDataFolder(options.dataDir, facts) : await temporaryFolder();
  const logFile = process.env.LOG === '-' ? undefined : join(folder, 'remount.log');
  service = await startService({ ...options, log: logFile ? openLog(logFile, TERMINAL) : TERMINAL });
  const variablesFile = join(folder, 'aws.env');
  leftovers.push(variablesFile);
  await writeVariables(variablesFile, service.environment);
  console.log(welcome(service, options, { logFile, variablesFile }, facts));
} catch (error) {
  console.error(`remount: ${(error as Error).message}`);
  process.exit(1);
}

/** Works during the start, too: what was already started ends with this process. */
async function stop(exitCode: number): Promise<void> {
  await service?.stop();
  if (exitCode === 0) for (const path of leftovers) await rm(path, { recursive: true, force: true });
  process.exit(exitCode);
}

async function openDataFolder(folder: string, cluster: ClusterFacts | undefined): Promise<string> {
  await bindFolder(folder, cluster, TERMINAL);
  await makePrivate(folder, TERMINAL);
  return folder;
}

/** The log and the credentials of a service that keeps its data in memory. */
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'remount-'));
  leftovers.push(folder);
  return folder;
}

function readOptions({
  PORT,
  AWS_PORT,
  ROOT_TOKEN,
  DATA_DIR,
  DYNAMODB_ENDPOINT,
  RECONCILE_SECONDS,
  EVENT_POLICIES,
}: NodeJS.ProcessEnv): ServiceOptions {
  const port = readNumber('PORT', PORT || '8200', 0, 65_535);
  return {
    port,
    awsPort: readNumber('AWS_PORT', AWS_PORT || String(port && port + 1), 0, 65_533),
    rootToken: ROOT_TOKEN || 'root',
    dataDir: DATA_DIR || undefined,
    dynamodbEndpoint: DYNAMODB_ENDPOINT || undefined,
    reconcileSeconds: readNumber('RECONCILE_SECONDS', RECONCILE_SECONDS || '60', 1, 86_400),
    eventPolicies: EVENT_POLICIES ? EVENT_POLICIES.split(',') : [],
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
