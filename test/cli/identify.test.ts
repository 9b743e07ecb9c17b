import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../../infra/local/localServer.ts';
import { run } from './command.ts';

/** Servers that are not this service, by what they answer to everything. */
const SERVERS = {
  'a web page': { status: 200, body: '<html></html>' },
  'an empty answer': { status: 404, body: '' },
  'other JSON': { status: 200, body: '[]' },
};

describe.each(Object.entries(SERVERS))('%s at the address', (_, { status, body }) => {
  let server: LocalServer;
  const asked: string[] = [];
  beforeAll(async () => {
    server = await startLocalServer(async ({ url = '', headers }, response) => {
      asked.push(`${url.split('?')[0]} ${headers['x-vault-token'] ?? 'without a token'}`);
      response.writeHead(status).end(body);
    });
  });
  afterAll(() => server.stop());

  it.each([['move', 'a', 'b'], ['plan', 'a', 'b'], ['list'], ['status', 'x'], ['undo', 'x']])(
    'is told apart before %s, and gets neither the token nor the request',
    async (...words) => {
      asked.length = 0;
      const ended = await run(words, { VAULT_ADDR: server.endpoint, VAULT_TOKEN: 'secret' });
      expect(ended.code).toBe(2);
      expect(ended.stdout).toBe('');
      expect(ended.stderr).toContain(`${server.endpoint} is not Remount: it answered ${status}`);
      expect(asked).toEqual(['/v1/sys/health without a token']);
    },
  );
});
