/** The variables by which the command line and the SDKs of AWS find the local services, as a file for a shell to read. */

import { writeFile } from 'node:fs/promises';
import { LOCAL_ACCESS_KEY } from './service.ts';

const ENDPOINTS = ['EVENTBRIDGE', 'SQS', 'SCHEDULER'].map((service) => `AWS_ENDPOINT_URL_${service}`);

/**
 * Writes a file that only its owner may read: whoever has the secret in it can use the services. The user's own secret,
 * which another DynamoDB needs, is not written.
 * @param environment the variables of the functions
 */
export async function writeVariables(file: string, environment: Record<string, string>): Promise<void> {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = environment;
  const variables = [
    ...ENDPOINTS.map((name) => [name, environment[name]]),
    ['AWS_DEFAULT_REGION', AWS_REGION],
    ...(AWS_ACCESS_KEY_ID === LOCAL_ACCESS_KEY
      ? [
          ['AWS_ACCESS_KEY_ID', AWS_ACCESS_KEY_ID],
          ['AWS_SECRET_ACCESS_KEY', AWS_SECRET_ACCESS_KEY],
        ]
      : []),
  ];
  const lines = variables.map(([name, value]) => `export ${name}='${value}'\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
}
