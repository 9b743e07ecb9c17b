import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSecret } from '../../functions/adapters/secretsManager.ts';
import { AwsError, startJsonApi } from '../../infra/local/jsonApi.ts';
import type { LocalServer } from '../../infra/local/localServer.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:remount-move-AbCdEf';

let server: LocalServer;
let client: SecretsManagerClient;
let stored: Record<string, unknown> | undefined;
let asked: [target: string, request: object][];

beforeAll(async () => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  server = await startJsonApi({
    version: '1.1',
    credentials,
    act(target, request) {
      asked.push([target, request]);
      if (!stored) throw new AwsError('ResourceNotFoundException', `no secret ${ARN}`);
      return { ARN, ...stored };
    },
  });
  client = new SecretsManagerClient({ endpoint: server.endpoint, region: 'eu-central-1', credentials });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

describe('a secret', () => {
  it('is read in its current version, each time anew', async () => {
    asked = [];
    stored = { SecretString: 'first' };
    expect(await readSecret(client, ARN)).toBe('first');
    stored = { SecretString: 'second' };
    expect(await readSecret(client, ARN)).toBe('second');
    expect(asked).toEqual(Array(2).fill(['secretsmanager.GetSecretValue', { SecretId: ARN }]));
  });

  it('that does not exist, or is no text, is an error', async () => {
    stored = undefined;
    await expect(readSecret(client, ARN)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    stored = { SecretBinary: 'AA==' };
    await expect(readSecret(client, ARN)).rejects.toThrow('the secret is no text');
  });
});
