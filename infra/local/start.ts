/** `npm start`: runs the service on this machine until Ctrl-C. Reads its settings from environment variables. */

import { type Service, type ServiceOptions, startService } from './service.ts';
import { StartError } from './startError.ts';

let service: Service | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop(0));

try {
  const options = readOptions(process.env);
  service = await startService(options);
  console.log(welcome(service, options));
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

function readNumber(name: string, text: string, from: number, to: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= from && number <= to) return number;
  throw new StartError(`${name} must be a number from ${from} to ${to}, not ${text}`);
}

function welcome(
  { url, rootToken, environment }: Service,
  { dynamodbEndpoint, dataDir }: ServiceOptions,
): string {
  return `
Remount is listening on ${url}, data in ${dynamodbEndpoint ?? dataDir ?? 'memory only'}.

Root Token: ${rootToken}
Event bus:  ${environment.AWS_ENDPOINT_URL_EVENTBRIDGE}, scheduler: ${environment.AWS_ENDPOINT_URL_SCHEDULER}, queues: ${environment.AWS_ENDPOINT_URL_SQS}

Web page:   ${url}/ui/

In another terminal:

    export VAULT_ADDR='${url}'
    export VAULT_TOKEN='${rootToken}'

    curl -H "X-Vault-Token: $VAULT_TOKEN" -d '{"data":{"colour":"blue"}}' "$VAULT_ADDR/v1/secret/data/demo"
    curl -H "X-Vault-Token: $VAULT_TOKEN" -d '{"from":"secret","to":"moved"}' "$VAULT_ADDR/v1/sys/remount"
    curl -H "X-Vault-Token: $VAULT_TOKEN" "$VAULT_ADDR/v1/sys/remount/status/<migration_id>"
    curl -H "X-Vault-Token: $VAULT_TOKEN" "$VAULT_ADDR/v1/moved/data/demo"

Ctrl-C stops it.
`;
}
