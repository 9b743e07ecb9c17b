import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../infra/local/service.ts';

describe('a service behind a stage of API Gateway', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ stage: 'prod' });
  });
  afterAll(() => service?.stop());

  const send = (url: string | URL, method = 'GET', body?: object) =>
    fetch(url, {
      method,
      redirect: 'manual',
      headers: { 'X-Vault-Token': service.rootToken },
      ...(body && { body: JSON.stringify(body) }),
    });
  /** Where a client goes next, by the rules of URLs. */
  const next = (answer: Response) => new URL(answer.headers.get('location') ?? '', answer.url);

  it('is not found without the stage', async () => {
    expect(service.url).toMatch(/\/prod$/);
    expect((await send(new URL('/v1/sys/health', service.url))).status).toBe(403);
    expect((await send(`${service.url}/v1/sys/health`)).status).toBe(200);
  });

  it('says where the status of a migration and of a bulk run is', async () => {
    for (const name of ['one', 'two'])
      await send(`${service.url}/v1/sys/mounts/${name}`, 'POST', { type: 'kv' });
    const move = await send(`${service.url}/v1/sys/remount`, 'POST', { from: 'one', to: 'first' });
    const moves = [{ from: 'two', to: 'second' }];
    const run = await send(`${service.url}/v1/sys/remount/bulk`, 'POST', { moves });

    for (const started of [move, run]) {
      expect(started.status).toBe(200);
      const { data } = (await started.json()) as { data: object };
      expect(await (await send(next(started))).json()).toMatchObject({
        data: { [Object.keys(data)[0] as string]: Object.values(data)[0] },
      });
    }
  });

  it('says where the mount of an alias is now', async () => {
    await send(`${service.url}/v1/sys/mounts/before`, 'POST', { type: 'kv' });
    const order = { from: 'before', to: 'after', alias_ttl: '1h' };
    const move = await send(`${service.url}/v1/sys/remount`, 'POST', order);
    expect((await send(next(move))).status).toBe(200);

    const written = await send(`${service.url}/v1/before/a`, 'POST', { x: '1' });

    const [, now = ''] = /^<(.+)>; rel="successor-version"$/.exec(written.headers.get('link') ?? '') ?? [];
    expect(now).toBe('/prod/v1/after/a');
    const read = await send(new URL(now, service.url));
    expect(await read.json()).toMatchObject({ data: { x: '1' } });
  });

  it('redirects a path with two slashes to an address that it serves', async () => {
    const redirected = await send(`${service.url}/v1//sys/mounts?a=b`);

    expect(redirected.status).toBe(307);
    expect(await redirected.text()).toContain('href="/prod/v1/sys/mounts?a=b"');
    expect((await send(next(redirected))).status).toBe(200);
  });

  it('leads to the page, and the page to its parts', async () => {
    for (const start of [service.url, `${service.url}/`, `${service.url}/ui`]) {
      const page = await send(next(await send(start)));
      const [, part = ''] = /src="([^"]+)"/.exec(await page.text()) ?? [];
      expect((await send(new URL(part, page.url))).status).toBe(200);
    }
  });

  it('names itself as the server of its OpenAPI document', async () => {
    const answer = await send(`${service.url}/v1/sys/internal/specs/openapi`);

    const { servers } = (await answer.json()) as { servers: [{ url: string }] };
    expect((await send(`${new URL(servers[0].url, answer.url)}/sys/health`)).status).toBe(200);
  });
});
