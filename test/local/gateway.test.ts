import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../../infra/local/gateway.ts';
import type { Lambda } from '../../infra/local/lambda.ts';
import { startFixtureLambda } from './support.ts';

interface Seen {
  function: string;
  event: APIGatewayProxyEvent;
}

/** The functions that it routes to. */
const ROUTED = ['remount', 'status', 'ui', 'vault'];

describe('the local API Gateway', () => {
  const logged: string[] = [];
  let lambda: Lambda;
  let gateway: Gateway;
  beforeAll(async () => {
    lambda = await startFixtureLambda();
    // On a busy machine, the start of a function takes longer than the gateway waits here.
    await Promise.all(ROUTED.map((name) => lambda.invoke(name, { path: '/' })));
    gateway = await startGateway({
      port: 0,
      invoke: lambda.invoke,
      timeoutSeconds: 0.7,
      log: (text) => logged.push(text),
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await lambda.stop();
  });

  const port = () => Number(new URL(gateway.url).port);
  const seenBy = async (path: string, init?: RequestInit) =>
    (await (await fetch(gateway.url + path, init)).json()) as Seen;

  /** Sends bytes unchanged, in the given pieces, and returns what arrives until the connection is closed. */
  async function exchange(...pieces: (string | Buffer)[]): Promise<string> {
    const socket = connect(port(), '127.0.0.1').setNoDelay();
    const closed = once(socket, 'close');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await closed;
    return answer;
  }

  /** The events in a stream of answers, in order. */
  function eventsIn(answers: string): APIGatewayProxyEvent[] {
    return [...answers.matchAll(/^\{"function":.*?\}(?=HTTP\/1\.1 |$)/gms)].map(
      ([body]) => (JSON.parse(body) as Seen).event,
    );
  }

  const message = (head: string, body = '') =>
    `${head} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const last = (head: string) => `${head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  const bodyOf = (event: APIGatewayProxyEvent | undefined) =>
    Buffer.from(event?.body ?? '', 'base64').toString();

  describe('requests', () => {
    it.each([
      '/v1/secret/100%25',
      '/v1/secret/a%252Fb',
      '/v1/secret/a%3Fb',
      '/v1/secret/a%23b',
      '/v1/secret/%2e%2e/b',
      '/v1/secret/a%20b',
      '/v1/secret/a+b',
      '/v1/secret//a/./b/../c/',
      '/v1/secret/%',
      '/v1/secret/%C3%A4',
    ])('keep the path as sent: %s', async (path) => {
      const [event] = eventsIn(await exchange(last(`GET ${path}?list=true`)));

      expect(event).toMatchObject({
        path,
        requestContext: { path },
        queryStringParameters: { list: 'true' },
      });
    });

    it.each([
      ['a=1&a=2&b', { a: ['1', '2'], b: [''] }],
      ['a=100%25&b=a%252Fb', { a: ['100%'], b: ['a%2Fb'] }],
      ['a=b+c&d=e%20f&g=h%2Bi', { a: ['b c'], d: ['e f'], g: ['h+i'] }],
      ['a=%3F%23%26&a%3Db=c', { a: ['?#&'], 'a=b': ['c'] }],
      ['', null],
    ])('have their query decoded once: %s', async (query, values) => {
      const { event } = await seenBy(`/v1/x?${query}`);

      expect(event.multiValueQueryStringParameters).toEqual(values);
      const lastValues =
        values && Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1)]));
      expect(event.queryStringParameters).toEqual(lastValues);
    });

    it.each([
      ['POST', '/v1/sys/remount', 'remount'],
      ['PUT', '/v1/sys/remount', 'remount'],
      ['GET', '/v1/sys/remount', 'vault'],
      ['POST', '/v1/sys/remount/', 'vault'],
      ['POST', '/v1/ns1/sys/remount', 'vault'],
      ['GET', '/v1/sys/remount/status/0f5e', 'status'],
      ['DELETE', '/v1/sys/remount/status/0f5e', 'vault'],
      ['GET', '/v1/sys/remount/status/a/b', 'vault'],
      ['GET', '/', 'ui'],
      ['GET', '/ui', 'ui'],
      ['GET', '/ui/', 'ui'],
      ['GET', '/ui/page.js', 'ui'],
      ['POST', '/ui', 'vault'],
      ['POST', '/', 'vault'],
      ['GET', '/uix', 'vault'],
      ['PATCH', '/v1/secret/data/a', 'vault'],
    ])('are routed by verb and path: %s %s to %s', async (method, path, functionName) => {
      const seen = await seenBy(path, { method });

      expect(seen.function).toBe(functionName);
      expect(seen.event).toMatchObject({ httpMethod: method, path, requestContext: { httpMethod: method } });
    });

    it('have the migration id as a path parameter', async () => {
      const { event } = await seenBy('/v1/sys/remount/status/0f5e');

      expect(event.resource).toBe('/v1/sys/remount/status/{migration_id}');
      expect(event.pathParameters).toEqual({ migration_id: '0f5e' });
    });

    it('have their body in base64, with any bytes and any type', async () => {
      const body = Buffer.from([...Array(256).keys()]);

      const { event } = await seenBy('/v1/x', { method: 'POST', body });

      expect(event.isBase64Encoded).toBe(true);
      expect(Buffer.from(event.body ?? '', 'base64')).toEqual(body);
      expect((await seenBy('/v1/x')).event).toMatchObject({ body: null, isBase64Encoded: true });
    });

    it('have their headers as sent, repeated ones as lists, without those about the connection', async () => {
      const headers = 'X-Vault-Token: t\r\nx-more: 1\r\nX-More: 2\r\nConnection: close\r\nHost: localhost';

      const [event] = eventsIn(await exchange(`GET /v1/x HTTP/1.1\r\n${headers}\r\n\r\n`));

      expect(event?.multiValueHeaders).toMatchObject({ 'X-Vault-Token': ['t'], 'x-more': ['1', '2'] });
      expect(event?.headers).toMatchObject({ 'x-more': '2', 'X-Forwarded-For': '127.0.0.1' });
      expect(event?.headers).not.toHaveProperty('Connection');
      expect(event?.requestContext.identity.sourceIp).toBe('127.0.0.1');
    });

    it('may use Expect and chunked bodies', async () => {
      const answer = await new Promise<string>((resolve, reject) => {
        const headers = { Expect: '100-continue', 'Transfer-Encoding': 'chunked' };
        const request = httpRequest(`${gateway.url}/v1/x`, { method: 'POST', headers }, async (response) => {
          resolve(Buffer.concat(await response.toArray()).toString());
        });
        request.once('error', reject);
        request.once('continue', () => {
          request.write('first ');
          request.end('second');
        });
        request.flushHeaders();
      });

      expect(bodyOf(eventsIn(answer)[0])).toBe('first second');
    });
  });

  describe('the verb LIST', () => {
    it('arrives as LIST, between others on one connection', async () => {
      const answers = await exchange(
        message('GET /v1/1') +
          message('LIST /v1/2?a=b') +
          message('POST /v1/3', '{}') +
          message('LIST /v1/4') +
          last('GET /v1/5'),
      );

      const verbs = eventsIn(answers).map(({ httpMethod, path }) => `${httpMethod} ${path}`);
      expect(verbs).toEqual(['GET /v1/1', 'LIST /v1/2', 'POST /v1/3', 'LIST /v1/4', 'GET /v1/5']);
    });

    it('arrives even if its bytes are split', async () => {
      const bytes = message('POST /v1/1', 'LIST /') + message('LIST /v1/2') + last('LIST /v1/3');

      const answers = await exchange(...bytes);

      expect(eventsIn(answers).map(({ httpMethod }) => httpMethod)).toEqual(['POST', 'LIST', 'LIST']);
    });

    it.each([
      ['by length', (body: string) => message('POST /v1/1', body)],
      [
        'in chunks',
        (body: string) =>
          `POST /v1/1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n` +
          `${body.length.toString(16)};extension=1\r\n${body}\r\n6\r\nLIST /\r\n0\r\nLIST: trailer\r\n\r\n`,
      ],
    ])('is not changed in a body sent %s', async (_, post) => {
      const body = `LIST /v1/x HTTP/1.1\r\n\r\n${'LIST /\n'.repeat(50_000)}`;

      const answers = await exchange(post(body).slice(0, 100), post(body).slice(100) + last('LIST /v1/2'));

      const [first, second] = eventsIn(answers);
      expect(bodyOf(first).slice(0, body.length)).toBe(body);
      expect(bodyOf(first).slice(body.length)).toMatch(/^(LIST \/)?$/);
      expect(second?.httpMethod).toBe('LIST');
    });
  });

  describe('answers', () => {
    it('have the status, headers and bytes of the function', async () => {
      const answer = await fetch(`${gateway.url}/v1/bytes`);

      expect(answer.headers.get('content-type')).toBe('application/octet-stream');
      expect(answer.headers.get('x-two')).toBe('a, b');
      expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from([0, 255, 10]));
    });

    it('have no body and no length with 204', async () => {
      const answer = await fetch(`${gateway.url}/v1/empty`);

      expect(answer.status).toBe(204);
      expect(answer.headers.get('content-length')).toBeNull();
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });

    it('to HEAD are those to GET without the body', async () => {
      const answers = await exchange(message('HEAD /v1/bytes') + last('HEAD /v1/bytes'));

      expect(answers.match(/^HTTP\/1\.1 200 OK\r\n/gm)).toHaveLength(2);
      expect(answers).toMatch(/^Content-Length: 3\r\n/m);
      expect(answers.endsWith('\r\n\r\n')).toBe(true);
    });
  });

  describe('limits and failures', () => {
    it('are answered with 413 when the body is longer than 10 MB', async () => {
      const answer = await fetch(`${gateway.url}/v1/x`, {
        method: 'POST',
        body: Buffer.alloc(11 * 1024 * 1024),
      });

      expect(answer.status).toBe(413);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await answer.json()).toEqual({ errors: ['http: request body too large'] });
      expect((await seenBy('/v1/after')).function).toBe('vault');
    });

    it('are answered with 413 when the event is longer than the 6 MB of Lambda', async () => {
      const answer = await fetch(`${gateway.url}/v1/x`, {
        method: 'POST',
        body: Buffer.alloc(5 * 1024 * 1024),
      });

      expect(answer.status).toBe(413);
      expect(await answer.json()).toEqual({ errors: ['http: request body too large'] });
    });

    it.each(['/v1/fail', '/v1/nonsense', '/v1/header'])(
      'are answered with 502 when the function fails: %s',
      async (path) => {
        const answer = await fetch(gateway.url + path);

        expect(answer.status).toBe(502);
        expect(logged.at(-1)).toMatch(/^vault: \w+\n$/);
        expect(await answer.text()).toBe('{"errors":["Internal server error"]}');
      },
    );

    it('are answered with 504 when the function takes too long', async () => {
      const answer = await fetch(`${gateway.url}/v1/never`);

      expect(answer.status).toBe(504);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(await answer.json()).toEqual({ errors: ['request timed out'] });
    });

    it.each([
      'nonsense\r\n\r\n',
      'GET\r\n\r\n',
      'LISTEN /v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'GET /v1/x y HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'GET /v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: much\r\n\r\n',
      'POST /v1/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'GET /v1/x HTTP/1.1\r\n\r\n',
      '\u0016\u0003\u0001\u0002',
    ])('are answered with 400 when it is not HTTP: %j', async (bytes) => {
      const answer = await exchange(bytes);

      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect((await seenBy('/v1/after')).function).toBe('vault');
    });

    it('are answered with 431 when the headers are too long', async () => {
      const answer = await exchange(
        `GET /v1/x HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
      );

      expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    });

    it('do not follow from clients that disconnect', async () => {
      const socket = connect(port(), '127.0.0.1');
      socket.write('POST /v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf');
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.resetAndDestroy();

      expect((await seenBy('/v1/after')).function).toBe('vault');
    });
  });

  describe('a web page', () => {
    /** As a browser sends it for a page; the page cannot choose these headers. */
    const from = (headers: Record<string, string>, method = 'POST') =>
      new Promise<number | undefined>((resolve, reject) => {
        const path = '/v1/sys/wrapping/unwrap';
        httpRequest({ host: '127.0.0.1', port: port(), method, path, headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .once('error', reject)
          .end('{}');
      });

    it.each([
      ['of another site', { Origin: 'http://evil.example' }],
      ['of another service of this machine', { Origin: 'http://127.0.0.1:1' }],
      ['without an origin of its own', { Origin: 'null' }],
      ['whose name leads to this machine', { Host: 'evil.example:8200', Origin: 'http://evil.example:8200' }],
      ['whose name leads to this machine, when it reads', { Host: 'evil.example' }],
      ['whose name begins like an address', { Host: '127.0.0.1.evil.example' }],
    ])('%s is refused', async (_, headers) => {
      expect(await from(headers)).toBe(403);
    });

    it.each(['127.0.0.1', 'localhost', '[::1]', '127.1.2.3'])(
      'of the service at %s is served',
      async (host) => {
        const address = `${host}:${port()}`;

        expect(await from({ Host: address, Origin: `http://${address}` })).toBe(200);
        expect(await from({ Host: address })).toBe(200);
      },
    );
  });

  describe('slow clients', () => {
    const PATIENCE_MS = 600;
    let hurried: Gateway;
    beforeAll(async () => {
      const { invoke } = lambda;
      hurried = await startGateway({ port: 0, invoke, patienceMs: PATIENCE_MS, maxConnections: 3 });
    });
    afterAll(() => hurried?.stop());

    const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));
    const connection = () => connect(Number(new URL(hurried.url).port), '127.0.0.1').on('error', () => {});

    it.each([
      ['before the first byte', '', ''],
      ['within the head', 'GET /v1/x HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', 'x'],
      ['within the body', 'POST /v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n', 'x'],
      ['after an answer', message('GET /v1/x'), ''],
    ])('lose their connection %s, however often they send a byte', async (_, begin, byte) => {
      const socket = connection();
      socket.write(begin);
      const drip = setInterval(() => socket.write(byte), 50);

      await closed(socket.resume());

      clearInterval(drip);
    });

    it('keep their connection while each step is in time', async () => {
      const socket = connection();
      const end = closed(socket.resume());
      let answers = '';
      socket.setEncoding('utf8').on('data', (text: string) => {
        answers += text;
      });
      for (const piece of [...Array(4).fill(message('GET /v1/x')), last('GET /v1/x')]) {
        socket.write(piece);
        await delay(0.6 * PATIENCE_MS);
      }

      await end;

      expect(eventsIn(answers)).toHaveLength(5);
    });

    it('lose their connection when they do not read the answer', async () => {
      const socket = connection();
      socket.pause();
      const body = 'x'.repeat(3 * 1024 * 1024);
      for (let i = 0; i < 6; i++) socket.write(message('POST /v1/x', body));

      const end = closed(socket);
      await delay(4 * PATIENCE_MS);
      socket.resume();
      await end;

      expect(socket.bytesRead).toBeLessThan(6 * body.length);
    });

    it('are closed from the fourth connection on, and others are served afterwards', async () => {
      const three = [connection(), connection(), connection()];
      await Promise.all(three.map((socket) => once(socket, 'connect')));

      const fourth = connection();
      fourth.write(last('GET /v1/x'));
      const began = Date.now();
      await closed(fourth.resume());

      expect(fourth.bytesRead).toBe(0);
      expect(Date.now() - began).toBeLessThan(PATIENCE_MS);
      await Promise.all(three.map((socket) => closed(socket.resume())));
      expect((await fetch(`${hurried.url}/v1/x`)).status).toBe(200);
    });
  });

  it('refuses a port that is taken', async () => {
    await expect(startGateway({ port: port(), invoke: lambda.invoke })).rejects.toThrow(
      /port \d+ is already in use/,
    );
  });
});
