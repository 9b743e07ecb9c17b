/** Certificates and proxies of the command line, against servers of the test. */

import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { buildCommand } from '../../infra/buildCommand.ts';
import { temporaryFolder } from '../local/support.ts';
import { run } from './command.ts';

const TOKEN = 'not-to-be-shown';
/** No name service knows it, so it can be reached through a proxy only. */
const HOST = 'vault.test';

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(buildCommand);
beforeEach(async () => {
  folder = await temporaryFolder();
});

function openssl(...words: string[]): void {
  execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
}

/** An authority, and certificates that it has signed for the server and for the client. */
async function makeCertificates(): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=authority',
    '-days',
    '1',
  );
  await writeFile(file('names'), `subjectAltName=DNS:${HOST},IP:127.0.0.1`);
  for (const name of ['server', 'client']) {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signed = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-days',
      '1',
      '-extfile',
      'names',
      '-out',
      `${name}.pem`,
    ];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed);
  }
}

/** Answers as the service, and keeps who has asked. */
function asService(asked: string[], whoOf: (request: IncomingMessage) => string = () => '') {
  return (request: IncomingMessage, response: ServerResponse) => {
    asked.push(`${request.url?.split('?')[0]} ${whoOf(request)}`.trim());
    response.writeHead(200, { 'X-Remount-Version': '0' }).end('{"data":{"keys":[],"key_info":{}}}');
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function startTls(asked: string[], requestCert = false): Promise<number> {
  await makeCertificates();
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'server.pem', 'server.key'].map((name) => readFile(file(name))),
  );
  const options = { ca, cert, key, requestCert, rejectUnauthorized: requestCert } as object;
  return listen(createTlsServer(options, asService(asked)));
}

/** A proxy that connects to a port of this machine, whatever host is asked for. */
async function startProxy(port: number, seen: string[]): Promise<number> {
  const server = createServer(({ method, url, headers }, response) => {
    seen.push(`${method} ${url?.split('?')[0]} ${headers['proxy-authorization'] ?? ''}`.trim());
    response.writeHead(200, { 'X-Remount-Version': '0' }).end('{"data":{"keys":[],"key_info":{}}}');
  });
  server.on('connect', ({ url }, client) => {
    seen.push(`CONNECT ${url}`);
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [upstream, client]) socket.on('error', () => {});
  });
  return listen(server);
}

function list(environment: Record<string, string>) {
  return run(['list'], { VAULT_TOKEN: TOKEN, ...environment });
}

const EMPTY = { code: 0, stdout: '', stderr: 'None found.\n' };
const HEALTH_AND_LIST = ['/v1/sys/health', '/v1/sys/remount/status'];

describe('certificates', () => {
  it('of authorities are read from a folder, in which there may be other files', async () => {
    const asked: string[] = [];
    const VAULT_ADDR = `https://127.0.0.1:${await startTls(asked)}`;
    const VAULT_CAPATH = file('authorities');
    await mkdir(join(VAULT_CAPATH, 'inner'), { recursive: true });
    await writeFile(join(VAULT_CAPATH, 'README'), 'no certificate');
    const empty = await list({ VAULT_ADDR, VAULT_CAPATH });
    await writeFile(join(VAULT_CAPATH, 'a.pem'), await readFile(file('ca.pem')));

    const unknown = await list({ VAULT_ADDR });

    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('VAULT_CACERT') });
    expect(empty).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${VAULT_CAPATH} has no file with a certificate`),
    });
    expect(asked).toEqual([]);
    expect(await list({ VAULT_ADDR, VAULT_CAPATH })).toEqual(EMPTY);
    expect(asked).toEqual(HEALTH_AND_LIST);
  });

  it('of the client are shown to a service that asks for them', async () => {
    const asked: string[] = [];
    const VAULT_ADDR = `https://127.0.0.1:${await startTls(asked, true)}`;
    const trusting = { VAULT_ADDR, VAULT_CACERT: file('ca.pem') };
    const own = { VAULT_CLIENT_CERT: file('client.pem'), VAULT_CLIENT_KEY: file('client.key') };

    expect(await list(trusting)).toMatchObject({ code: 2 });
    expect(asked).toEqual([]);
    expect(await list({ ...trusting, ...own })).toEqual(EMPTY);
  });

  it('of the client are refused without their key, or with that of another one', async () => {
    await makeCertificates();
    const VAULT_ADDR = 'https://127.0.0.1:1';
    const VAULT_CLIENT_CERT = file('client.pem');

    const half = await list({ VAULT_ADDR, VAULT_CLIENT_CERT });
    const wrong = await list({ VAULT_ADDR, VAULT_CLIENT_CERT, VAULT_CLIENT_KEY: file('server.key') });

    expect(half).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('belong together; one of them is missing'),
    });
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('VAULT_CLIENT_KEY cannot be used: '),
    });
  });
});

describe('a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'VAULT_PROXY_ADDR', 'VAULT_HTTP_PROXY'])(
    'of %s is asked for a tunnel to an address with https, and sees no token',
    async (variable) => {
      const asked: string[] = [];
      const seen: string[] = [];
      const port = await startTls(asked);
      const proxy = `http://127.0.0.1:${await startProxy(port, seen)}`;

      const ended = await list({
        VAULT_ADDR: `https://${HOST}:8200`,
        VAULT_CACERT: file('ca.pem'),
        [variable]: proxy,
      });

      expect(ended).toEqual(EMPTY);
      expect(seen).toEqual([`CONNECT ${HOST}:8200`, `CONNECT ${HOST}:8200`]);
      expect(asked).toEqual(HEALTH_AND_LIST);
    },
  );

  it('of HTTP_PROXY gets the requests to an address with http, with its own password', async () => {
    const seen: string[] = [];
    const HTTP_PROXY = `http://ann:secret@127.0.0.1:${await startProxy(0, seen)}`;

    expect(await list({ VAULT_ADDR: `http://${HOST}`, HTTP_PROXY })).toEqual(EMPTY);

    const password = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    expect(seen).toEqual(HEALTH_AND_LIST.map((path) => `GET http://${HOST}${path} ${password}`));
  });

  it('is not used for hosts in NO_PROXY and for this machine, unless it is one for Vault', async () => {
    const asked: string[] = [];
    const seen: string[] = [];
    const port = await listen(createServer(asService(asked)));
    const proxy = `http://127.0.0.1:${await startProxy(port, seen)}`;
    const VAULT_ADDR = `http://127.0.0.1:${port}`;

    expect(await list({ VAULT_ADDR, HTTP_PROXY: proxy })).toEqual(EMPTY);
    const excepted = await list({
      VAULT_ADDR: `http://${HOST}`,
      HTTP_PROXY: proxy,
      NO_PROXY: `other.test,${HOST}`,
    });
    expect(excepted).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`cannot reach http://${HOST}`),
    });
    expect(seen).toEqual([]);
    expect(await list({ VAULT_ADDR, VAULT_PROXY_ADDR: proxy, NO_PROXY: '*' })).toEqual(EMPTY);
    expect(seen).toHaveLength(2);
  });

  it('that cannot be reached, or has no address, is named in the error without its password', async () => {
    const VAULT_ADDR = `https://${HOST}`;

    const away = await list({ VAULT_ADDR, HTTPS_PROXY: 'http://ann:secret@127.0.0.1:1' });
    const none = await list({ VAULT_ADDR, VAULT_PROXY_ADDR: 'socks://x' });

    expect(away.stderr).toContain(
      `cannot reach https://${HOST} through the proxy 127.0.0.1:1: nothing listens there`,
    );
    expect(away.stderr).not.toContain('secret');
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('VAULT_PROXY_ADDR must be an address'),
    });
  });
});
