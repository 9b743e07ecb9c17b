/** Reads a secret from AWS Secrets Manager. */

import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * @returns its current version, which is a text
 * @throws Error of the SDK, which has no part of the secret
 */
export async function readSecret(client: SecretsManagerClient, arn: string): Promise<string> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  if (!SecretString) throw new Error('the secret is no text');
  return SecretString;
}
