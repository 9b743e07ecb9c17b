/** What `npm start` prints when the service is ready: what it is, and what to type next. */

import { resolve } from 'node:path';
import { BUS } from './eventBridge.ts';
import type { ClusterFacts } from './lookAtCluster.ts';
import type { Service, ServiceOptions } from './service.ts';

type Started = Pick<Service, 'url' | 'rootToken' | 'environment'>;

/** What the start leaves for its user. */
export interface Files {
  /** Absent if the terminal gets the log. */
  logFile: string | undefined;
  /** Has the addresses and credentials of the local services of AWS. */
  variablesFile: string;
}

export function welcome(
  started: Started,
  options: ServiceOptions,
  files: Files,
  cluster?: ClusterFacts,
): string {
  return cluster ? inFrontOf(cluster, started, options, files) : onItsOwn(started, options, files);
}

function onItsOwn({ url, rootToken, environment }: Started, options: ServiceOptions, files: Files): string {
  return `
Remount is listening on ${url}, data in ${placeOf(options)}.

Root Token: ${rootToken}
Web page:   ${url}/ui/
Log:        ${logOf(files)}

In another terminal:

    export VAULT_ADDR='${url}'
    export VAULT_TOKEN='${rootToken}'

    curl -H "X-Vault-Token: $VAULT_TOKEN" -d '{"data":{"colour":"blue"}}' "$VAULT_ADDR/v1/secret/data/demo"
    curl -H "X-Vault-Token: $VAULT_TOKEN" -d '{"from":"secret","to":"moved"}' "$VAULT_ADDR/v1/sys/remount"
    curl -H "X-Vault-Token: $VAULT_TOKEN" "$VAULT_ADDR/v1/sys/remount/status/<migration_id>"
    curl -H "X-Vault-Token: $VAULT_TOKEN" "$VAULT_ADDR/v1/moved/data/demo"

${automationOf(environment, files)}

Ctrl-C stops it.
`;
}

/** Namespaces that are named; a cluster may have thousands. */
const NAMED = 10;

function inFrontOf(
  cluster: ClusterFacts,
  { url, environment }: Started,
  options: ServiceOptions,
  files: Files,
): string {
  const { address, product, version, activeNode, namespace, children, secretsEngines, authMethods } = cluster;
  const more = children.length > NAMED ? ` and ${children.length - NAMED} more` : '';
  return `
Remount is listening on ${url}, in front of ${product} ${version} at ${address}, records in ${placeOf(options)}.

Active node: ${activeNode}
Namespace:   ${namespace || 'the root namespace'}, with ${secretsEngines} secrets engines and ${authMethods} auth methods
Below it:    ${children.slice(0, NAMED).join(' ') || 'no namespace'}${more}

Web page:    ${url}/ui/
Log:         ${logOf(files)}

In another terminal, with a token of the cluster:

    export VAULT_ADDR='${url}'
    export VAULT_TOKEN=...${namespace && `\n    export VAULT_NAMESPACE='${namespace}'`}

    npx remount plan <from> <to>
    npx remount move <from> <to>
    npx remount bulk <file>.csv --dry-run

${automationOf(environment, files)}

Every other request is sent on to the cluster. Ctrl-C stops it.
`;
}

function placeOf({ dynamodbEndpoint, dataDir }: ServiceOptions): string {
  return dynamodbEndpoint ?? dataDir ?? 'memory only';
}

/** What somebody with the tools of AWS types: the addresses of the local services stay the same from start to start. */
function automationOf(environment: Record<string, string>, { variablesFile }: Files): string {
  const bus = environment.AWS_ENDPOINT_URL_EVENTBRIDGE;
  const queues = environment.AWS_ENDPOINT_URL_SQS;
  const scheduler = environment.AWS_ENDPOINT_URL_SCHEDULER;
  return `Event bus ${bus}, queues ${queues}, scheduler ${scheduler}. With the credentials of this start:

    . '${resolve(variablesFile)}'
    aws events put-events --endpoint-url ${bus} --entries '[{"EventBusName": "${BUS}",
      "Source": "remount.request", "DetailType": "Remount Requested", "Detail": "{\\"from\\":\\"a\\",\\"to\\":\\"b\\"}"}]'
    aws sqs receive-message --endpoint-url ${queues} --queue-url ${queues}/000000000000/refused
    aws scheduler list-schedules --endpoint-url ${scheduler}`;
}

function logOf({ logFile }: Files): string {
  return logFile === undefined ? 'this terminal' : resolve(logFile);
}
