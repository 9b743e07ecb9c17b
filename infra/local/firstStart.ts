/** Prepares a new service: creates the root token and, like `vault server -dev`, enables kv v2 at `secret/`. */

import { startGateway } from './gateway.ts';
import type { Lambda } from './lambda.ts';

/**
 * Makes `rootToken` valid. In a new service it is the first token. With an old data folder it replaces the previous root
 * token. A new service also gets `secret/`. The requests for that go through a gateway of their own: that of the service
 * answers nobody before this is done.
 */
export async function prepareService(invoke: Lambda['invoke'], rootToken: string): Promise<void> {
  const gateway = await startGateway({ port: 0, invoke });
  try {
    await prepare(gateway.url, invoke, rootToken);
  } finally {
    await gateway.stop();
  }
}

async function prepare(url: string, invoke: Lambda['invoke'], rootToken: string): Promise<void> {
  const self = await call(url, rootToken, 'GET', 'auth/token/lookup-self');
  if (self.ok) return;
  const isNew = await invoke('bootstrap', { token: rootToken }).then(
    () => true,
    () => false,
  );
  if (!isNew) await invoke('bootstrap', { token: rootToken, replace: true });
  if (isNew) await enableSecret(url, rootToken);
}

async function enableSecret(url: string, rootToken: string): Promise<void> {
  const answer = await call(url, rootToken, 'POST', 'sys/mounts/secret', {
    type: 'kv',
    description: 'key/value secret storage',
    options: { version: '2' },
  });
  if (!answer.ok)
    throw new Error(`enabling secret/ was answered with ${answer.status}: ${await answer.text()}`);
}

function call(url: string, token: string, method: string, path: string, body?: object): Promise<Response> {
  const headers = { 'X-Vault-Token': token };
  return fetch(`${url}/v1/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}
