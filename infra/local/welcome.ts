/** What `npm start` prints when the service is ready: what it is, and what to type next. */

import type { ClusterFacts } from './lookAtCluster.ts';
import { LOCAL_ACCESS_KEY, type Service, type ServiceOptions } from './service.ts';

type Started = Pick<Service, 'url' | 'rootToken' | 'environment'>;

export function welcome(started: Started, options: ServiceOptions, cluster?: ClusterFacts): string {
  return cluster ? inFrontOf(cluster, started, options) : onItsOwn(started, options);
}

function onItsOwn({ url, rootToken, environment }: Started, options: ServiceOptions): string {
  return `
Remount is listening on ${url}, data in ${placeOf(options)}.

Root Token: ${rootToken}

Web page:   ${url}/ui/

In another terminal:

    export VAULT_ADDR='${url}'
    export VAULT_TOKEN='${rootToken}'

    curl -H "X-Vault-Token: $VAULT_TOKEN" -d '{"data":{"colour":"blue"}}' "$VAULT_ADDR/v1/secret/data/demo"
    curl -H "X-Vault-Token: $VAULT_TOKEN" -d '{"from":"secret","to":"moved"}' "$VAULT_ADDR/v1/sys/remount"
    curl -H "X-Vault-Token: $VAULT_TOKEN" "$VAULT_ADDR/v1/sys/remount/status/<migration_id>"
    curl -H "X-Vault-Token: $VAULT_TOKEN" "$VAULT_ADDR/v1/moved/data/demo"

${automationOf(environment)}

Ctrl-C stops it.
`;
}

/** Namespaces that are named; a cluster may have thousands. */
const NAMED = 10;

function inFrontOf(cluster: ClusterFacts, { url, environment }: Started, options: ServiceOptions): string {
  const { address, product, version, activeNode, namespace, children, secretsEngines, authMethods } = cluster;
  const more = children.length > NAMED ? ` and ${children.length - NAMED} more` : '';
  return `
Remount is listening on ${url}, in front of ${product} ${version} at ${address}, records in ${placeOf(options)}.

Active node: ${activeNode}
Namespace:   ${namespace || 'the root namespace'}, with ${secretsEngines} secrets engines and ${authMethods} auth methods
Below it:    ${children.slice(0, NAMED).join(' ') || 'no namespace'}${more}

Web page:    ${url}/ui/

In another terminal, with a token of the cluster:

    export VAULT_ADDR='${url}'
    export VAULT_TOKEN=...${namespace && `\n    export VAULT_NAMESPACE='${namespace}'`}

    npx remount plan <from> <to>
    npx remount move <from> <to>
    npx remount bulk <file>.csv --dry-run

${automationOf(environment)}

Every other request is sent on to the cluster. Ctrl-C stops it.
`;
}

function placeOf({ dynamodbEndpoint, dataDir }: ServiceOptions): string {
  return dynamodbEndpoint ?? dataDir ?? 'memory only';
}

const ENDPOINTS = ['EVENTBRIDGE', 'SCHEDULER', 'SQS'].map((service) => `AWS_ENDPOINT_URL_${service}`);

/** The local AWS services serve whoever has the secret. The user's own, which another DynamoDB needs, is not printed. */
function automationOf(environment: Record<string, string>): string {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = environment;
  const variables = [
    ...ENDPOINTS.map((name) => [name, environment[name]]),
    ['AWS_DEFAULT_REGION', AWS_REGION],
    ['AWS_ACCESS_KEY_ID', AWS_ACCESS_KEY_ID],
    ...(AWS_ACCESS_KEY_ID === LOCAL_ACCESS_KEY ? [['AWS_SECRET_ACCESS_KEY', AWS_SECRET_ACCESS_KEY]] : []),
  ];
  const lines = variables.map(([name, value]) => `    export ${name}='${value}'`);
  return `For the event bus, the scheduler and the queues, with \`aws events\`, \`aws scheduler\` and \`aws sqs\`:\n\n${lines.join('\n')}`;
}
