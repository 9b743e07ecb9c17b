/** Malformed and unusual headers, sent byte for byte over a socket: refused or without effect, never with others' rights. */

import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../infra/local/service.ts';

const ROOT_TOKEN = 'root-token-of-the-headers';
const GOOD = `X-Vault-Token: ${ROOT_TOKEN}`;

let service: Service;
let logs = '';
beforeAll(async () => {
  service = await startService({ rootToken: ROOT_TOKEN, log: (text) => (logs += text) });
  for (const name of ['team', 'teamwork'])
    await fetch(`${service.url}/v1/sys/namespaces/${name}`, {
      method: 'POST',
      headers: { 'X-Vault-Token': ROOT_TOKEN },
    });
});
afterAll(() => service.stop());

/** Longer than any answer takes. Then the test closes connections on which the service still waits for bytes. */
const PATIENCE_MS = 2_000;

/** @returns what the service sends back, until it closes the connection or `PATIENCE_MS` have passed */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () =>
      socket.write(bytes, 'latin1'),
    );
    const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.on('data', (chunk) => (received += chunk.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
  });
}

interface Received {
  statuses: number[];
  /** The raw answer. */
  text: string;
}

async function send(bytes: string): Promise<Received> {
  const text = await exchange(bytes);
  return { statuses: [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status)), text };
}

/** Reads the mount `sys/`, whose type shows the namespace: `system` in the root, `ns_system` elsewhere. */
function read(...headers: string[]): Promise<Received> {
  return send(request('GET', '/v1/sys/mounts/sys', headers));
}

function request(method: string, target: string, headers: string[], body = ''): string {
  return [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', body].join(
    '\r\n',
  );
}

/** Writes to the root token's cubbyhole. */
function write(headers: string[], body = '{"a":1}', name = 'a'): Promise<Received> {
  return send(request('POST', `/v1/cubbyhole/${name}`, [GOOD, ...headers], body));
}

const withLength = (body: string, ...headers: string[]) =>
  write([...headers, `Content-Length: ${body.length}`], body);

describe('the token', () => {
  it.each([
    ['in mixed case', [`x-VAULT-toKEN: ${ROOT_TOKEN}`]],
    ['between blanks', [`X-Vault-Token: \t ${ROOT_TOKEN} \t`]],
    ['as Bearer after another scheme', ['Authorization: Basic eDp5', `Authorization: Bearer ${ROOT_TOKEN}`]],
    ['before another', [GOOD, 'X-Vault-Token: other', 'x-vault-token: another']],
    ['before a different Bearer token', [GOOD, 'Authorization: Bearer other']],
    ['that Connection names', [GOOD, 'Connection: X-Vault-Token']],
    ['among hundreds of headers', [...Array.from({ length: 400 }, (_, i) => `a${i}: b`), GOOD]],
  ])('%s is accepted', async (_, headers) => {
    expect((await read(...headers)).statuses).toEqual([200]);
  });

  it.each([
    ['behind another', ['X-Vault-Token: other', GOOD]],
    ['after an empty one', ['X-Vault-Token:', GOOD]],
    ['with an underscore', [`X_Vault_Token: ${ROOT_TOKEN}`]],
    ['followed by a no-break space', [`${GOOD}\xa0`]],
    ['percent-encoded', [`X-Vault-Token: ${ROOT_TOKEN.replace('-', '%2D')}`]],
    ['in upper case', [`X-Vault-Token: ${ROOT_TOKEN.toUpperCase()}`]],
    ['in quotes', [`X-Vault-Token: "${ROOT_TOKEN}"`]],
    ['in a list', [`X-Vault-Token: ${ROOT_TOKEN}, other`]],
    ['in a cookie', [`Cookie: X-Vault-Token=${ROOT_TOKEN}; token=${ROOT_TOKEN}`]],
    ['with a scheme in lower case', [`Authorization: bearer ${ROOT_TOKEN}`]],
    ['with another scheme', [`Authorization: Token ${ROOT_TOKEN}`]],
    ['without a scheme', [`Authorization: ${ROOT_TOKEN}`]],
    ['as a user name', [`Authorization: Basic ${btoa(`${ROOT_TOKEN}:${ROOT_TOKEN}`)}`]],
    ['after a tab', [`Authorization: Bearer\t${ROOT_TOKEN}`]],
    ['for a proxy', [`Proxy-Authorization: Bearer ${ROOT_TOKEN}`]],
    ['as its accessor', ['X-Vault-Token: root', 'X-Vault-Accessor: root']],
  ])('%s is not accepted', async (_, headers) => {
    const { statuses, text } = await read(...headers);
    expect(statuses).toEqual([403]);
    expect(text).toContain('{"errors":["permission denied"]}');
  });

  it('in a trailer is not accepted', async () => {
    const body = `7\r\n{"a":1}\r\n0\r\n${GOOD}\r\n\r\n`;
    const headers = ['Transfer-Encoding: chunked', 'Trailer: X-Vault-Token'];
    expect((await send(request('POST', '/v1/cubbyhole/trailer', headers, body))).statuses).toEqual([403]);
  });
});

describe('a malformed header', () => {
  it.each([
    ['a NUL', [`${GOOD}\0`]],
    ['another control character', [`${GOOD}\x01`]],
    ['a line feed alone', [`A: b\n${GOOD}`]],
    ['a carriage return alone', [`A: b\r${GOOD}`]],
    ['a non-ASCII letter in a name', [`X-Vault-T\xf6ken: ${ROOT_TOKEN}`]],
    ['a space before the colon', [GOOD.replace(':', ' :')]],
    ['a value that continues on the next line', [GOOD.replace('-of', '\r\n -of')]],
  ])('with %s is refused before the service reads it', async (_, headers) => {
    expect((await read(...headers)).statuses).toEqual([400]);
  });

  it.each([
    ['one header', [GOOD, `A: ${'b'.repeat(20_000)}`]],
    ['the token', [`X-Vault-Token: ${'t'.repeat(20_000)}`]],
    ['thousands of headers', [...Array.from({ length: 3_000 }, (_, i) => `a${i}: b`), GOOD]],
  ])('for the length of %s is refused', async (_, headers) => {
    expect((await read(...headers)).statuses).toEqual([431]);
  });
});

describe('the namespace', () => {
  const IN_TEAM = '"type":"ns_system"';
  const IN_ROOT = '"type":"system"';

  it.each(['team', '/team/', '//team//', 'team/.', './team', 'teamwork/../team', ' team\t'])(
    '%j is the namespace that it names',
    async (name) => {
      const { statuses, text } = await read(GOOD, `X-Vault-Namespace: ${name}`);
      expect(statuses).toEqual([200]);
      expect(text).toContain(IN_TEAM);
    },
  );

  it.each(['', '/', '.', 'root', 'team/..', '//'])('%j is the root namespace', async (name) => {
    const { statuses, text } = await read(GOOD, `X-Vault-Namespace: ${name}`);
    expect(statuses).toEqual([200]);
    expect(text).toContain(IN_ROOT);
  });

  it.each([
    ...['..', '../', '../team', 'team/../..', 'team/../../team', '....//team'],
    ...['team%2f', '%74eam', 'team%00', 'team\\', '..\\team', 'team;', 'team?', 'team#', '*', '+', 'tea'],
    ...['TEAM', 'ROOT', 'te\xe4m', 'team\xff', 'team,teamwork', 'team teamwork', 'teamworks', 'te/am'],
    ...['sys', 'sys/mounts', 'auth/token', 'cubbyhole', 'team/sys', 'n'.repeat(8_000), 'n/'.repeat(4_000)],
  ])('%j is not found', async (name) => {
    const { statuses, text } = await read(GOOD, `X-Vault-Namespace: ${name}`);
    expect(statuses).toEqual([404]);
    expect(text).toContain('{"errors":["namespace not found"]}');
  });

  it('is that of the first header', async () => {
    const { text } = await read(GOOD, 'X-Vault-Namespace: team', 'x-vault-namespace: root');
    expect(text).toContain(IN_TEAM);
  });
});

describe('the wrap TTL', () => {
  it.each(['60', ' 1h ', '1d', '0.5s', '+5', '9223372036', '1ns'])('may be %j', async (ttl) => {
    const { statuses, text } = await read(GOOD, `X-Vault-Wrap-TTL: ${ttl}`);
    expect(statuses).toEqual([200]);
    expect(text).toContain('"wrap_info":{"token":');
    expect(text).not.toContain('"type":"system"');
  });

  it.each([
    ...[
      '-1',
      '-1h',
      '99999999999',
      '1e9',
      '0x10',
      '0.5',
      'NaN',
      'Infinity',
      'soon',
      '60, 60',
      '60;60',
      '1 h',
      '--1h',
    ],
    ...['1h-1m', '9'.repeat(300), '1s'.repeat(3_000), '\xd9\xa1', 'true', '{"a":1}', '1y'],
  ])('cannot be %j, and then nothing is answered', async (ttl) => {
    const { statuses, text } = await read(GOOD, `X-Vault-Wrap-TTL: ${ttl}`);
    expect(statuses).toEqual([400]);
    expect(text).toContain('error parsing X-Vault-Wrap-TTL header: ');
  });

  it('is that of the first header', async () => {
    const { text } = await read(GOOD, 'X-Vault-Wrap-TTL: 60', 'X-Vault-Wrap-TTL: 0');
    expect(text).toContain('"wrap_info":{"token":');
  });
});

describe('headers that control other servers', () => {
  it.each([
    ['another method', ['X-HTTP-Method-Override: DELETE', 'X-Method-Override: DELETE', 'X-HTTP-Method: PUT']],
    [
      'another address',
      ['X-Forwarded-For: 203.0.113.7', 'X-Real-IP: 203.0.113.7', 'Forwarded: for=203.0.113.7'],
    ],
    ['another host', ['X-Forwarded-Host: evil.example', 'Host: evil.example']],
    ['another path', ['X-Original-URL: /v1/sys/seal', 'X-Rewrite-URL: /v1/sys/seal', 'X-Original-URI: /']],
    ['another protocol', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk']],
    ['a socket', ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: eA==']],
    ['a part', ['Range: bytes=0-1', 'If-None-Match: *', 'If-Match: "x"']],
    ['an inner request', ['X-Vault-Request: false', 'X-Vault-Inconsistent: forward-active-node']],
    [
      'an invocation',
      ['X-Amz-Invocation-Type: Event', 'X-Amzn-RequestId: x', 'Lambda-Runtime-Aws-Request-Id: x'],
    ],
  ])('for %s change nothing', async (_, headers) => {
    const { statuses, text } = await read(GOOD, ...headers);
    expect(statuses).toEqual([200]);
    expect(text).toContain('"type":"system"');
  });

  it('do not change the client address that a bound user is checked against', async () => {
    const post = (path: string, body: string, ...headers: string[]) =>
      send(request('POST', `/v1/${path}`, [...headers, `Content-Length: ${body.length}`], body));
    await post('sys/auth/userpass', '{"type":"userpass"}', GOOD);
    const user = '{"password":"the-password","token_bound_cidrs":"203.0.113.0/24"}';
    expect((await post('auth/userpass/users/far', user, GOOD)).statuses).toEqual([204]);
    const claims = ['X-Forwarded-For: 203.0.113.7', 'X-Real-IP: 203.0.113.7', 'Forwarded: for=203.0.113.7'];
    const login = await post('auth/userpass/login/far', '{"password":"the-password"}', ...claims);
    expect(login.statuses).toEqual([403]);
    const lines = logs.split('\n').filter((line) => line.includes('"remote_address"'));
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter((line) => !line.includes('"remote_address":"127.0.0.1"'))).toEqual([]);
  });
});

describe('a body', () => {
  const INNER = request('GET', '/v1/sys/mounts/sys', [GOOD]);

  it.each([
    ['two lengths', ['Content-Length: 7', 'Content-Length: 3']],
    ['a list of lengths', ['Content-Length: 7, 3']],
    ['a negative length', ['Content-Length: -7']],
    ['a signed length', ['Content-Length: +7']],
    ['a length in another notation', ['Content-Length: 0x7']],
    ['a length above every number', ['Content-Length: 99999999999999999999']],
    ['both length and chunks', ['Content-Length: 7', 'Transfer-Encoding: chunked']],
    ['an unknown coding', ['Transfer-Encoding: xchunked']],
    ['two codings', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity']],
    ['a coding after chunked', ['Transfer-Encoding: chunked, gzip']],
    ['invalid chunks', ['Transfer-Encoding: chunked']],
  ])('with %s is refused, and what follows is not read as a request', async (_, headers) => {
    const { statuses, text } = await write(headers, `{"a":1}\r\n${INNER}`, 'refused');
    expect(statuses).toEqual([400]);
    expect(text).not.toContain('"type":"system"');
  });

  it('that is longer than its Content-Length ends there, and the rest is refused', async () => {
    const { statuses, text } = await write(['Content-Length: 3'], `{}\n${INNER}`, 'short');
    expect(text).not.toContain('"type":"system"');
    expect(statuses.filter((status) => status < 400)).toEqual([]);
  });

  it('that is shorter than its Content-Length is waited for, and nothing is written', async () => {
    expect((await write(['Content-Length: 70'], '{"a":1}', 'long')).statuses).toEqual([]);
    expect((await send(request('GET', '/v1/cubbyhole/long', [GOOD]))).statuses).toEqual([404]);
  });

  it('of a read is not a second request', async () => {
    const { statuses, text } = await send(
      request('GET', '/v1/sys/mounts/sys', [`Content-Length: ${INNER.length}`], INNER),
    );
    expect(statuses).toEqual([403]);
    expect(text).not.toContain('"type":"system"');
  });

  it('that looks like the LIST verb, which the gateway rewrites, arrives unchanged', async () => {
    const value = 'LIST /v1/cubbyhole HTTP/1.1';
    await withLength(JSON.stringify({ value }));
    expect((await send(request('GET', '/v1/cubbyhole/a', [GOOD]))).text).toContain(
      `"data":{"value":"${value}"}`,
    );
  });

  it.each([
    ...[
      'text/plain',
      'application/json; charset=utf-16',
      'multipart/form-data; boundary=x',
      'application/xml',
    ],
    ...['application/json, text/csv', 'text/csv', ';', '', 'x'.repeat(4_000)],
    'application/x-www-form-urlencoded',
  ])('of JSON is read as JSON, whatever its Content-Type: %j', async (type) => {
    expect((await withLength('{"a":1}', `Content-Type: ${type}`)).statuses).toEqual([204]);
    expect((await send(request('GET', '/v1/cubbyhole/a', [GOOD]))).text).toContain('"data":{"a":1}');
  });
});

it('no request caused an unexpected error or an invalid answer of a function', () => {
  expect(logs.split('\n').filter((line) => /unexpected error|MalformedResult|Runtime\./.test(line))).toEqual(
    [],
  );
});
