/** A user of the page in a browser that records everything that the page must not do. */

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, inject, onTestFinished } from 'vitest';

const served = inject('served');
/** One connection for all files of a worker; it ends with the worker. */
let browser: Promise<Browser> | undefined;

export interface Person {
  page: Page;
  /** Errors of the page, and violations of the content security policy. */
  violations: string[];
}

/** At the end of the test, checks the page: no request to another host, no violation, no token stored. */
export async function person(options: BrowserContextOptions = {}): Promise<Person> {
  browser ??= chromium.connect(served.browser);
  const context = await (await browser).newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const violations: string[] = [];
  const urls: string[] = [];
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => violations.push(error.message));
  page.on('console', (message) => {
    // The browser itself logs each answer with an error status, and each request without an answer.
    const isAnswer = /^Failed to load resource: (the server responded|net::ERR_FAILED)/.test(message.text());
    if (message.type() === 'error' && !isAnswer) violations.push(message.text());
  });
  context.on('request', (request) => urls.push(request.url()));
  onTestFinished(async () => {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    const kept = await keptBy(page);
    await context.close();
    expect(urls.filter((url) => !url.startsWith(`${served.url}/`))).toEqual([]);
    expect([...urls, kept].filter((text) => text.includes(served.rootToken))).toEqual([]);
    expect(violations).toEqual([]);
  });
  await page.goto(`${served.url}/ui`);
  return { page, violations };
}

/** Everything that may outlive the page: address, title, cookies, storage. */
async function keptBy(page: Page): Promise<string> {
  const own = await page.evaluate(
    'JSON.stringify([location.href, document.title, document.cookie, {...localStorage}, {...sessionStorage}])',
  );
  const databases = await page.evaluate('indexedDB.databases().then(JSON.stringify)');
  return JSON.stringify([own, databases, await page.context().cookies()]);
}

export interface SignInWish extends BrowserContextOptions {
  token?: string;
  namespace?: string;
}

/** @returns the page with the list of migrations */
export async function signedIn({ token, namespace, ...options }: SignInWish = {}): Promise<Page> {
  const { page } = await person(options);
  await page.getByLabel('Token').fill(token ?? served.rootToken);
  if (namespace) await page.getByLabel('Namespace').fill(namespace);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Migrations' }).waitFor();
  return page;
}

/** Opens the form for a move, and fills it in. */
export async function fillMove(page: Page, from: string, to: string, reason = ''): Promise<void> {
  await page.getByRole('link', { name: 'Move a mount' }).first().click();
  await page.getByLabel('From').fill(from);
  await page.getByLabel('To', { exact: true }).fill(to);
  await page.getByLabel('Reason').fill(reason);
}

/** A request of another client. */
export async function call(
  method: string,
  path: string,
  body?: object,
  namespace?: string,
  // biome-ignore lint/suspicious/noExplicitAny: an answer as it comes
): Promise<any> {
  const answer = await fetch(`${served.url}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': served.rootToken, ...(namespace && { 'X-Vault-Namespace': namespace }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

let made = 0;

/** A unique path. */
export function freshPath(name: string): string {
  return `${name}-${process.pid}-${++made}`;
}

/** @returns the path of a new kv engine */
export async function newMount(name: string): Promise<string> {
  const path = freshPath(name);
  await call('POST', `sys/mounts/${path}`, { type: 'kv' });
  return path;
}

/** An ssh engine with leases of two roles, and a policy that names it. */
export async function sshWithLeases(leases: number): Promise<string> {
  const path = freshPath('ssh');
  await call('POST', `sys/mounts/${path}`, { type: 'ssh' });
  const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
  for (const name of ['deploy', 'backup']) await call('POST', `${path}/roles/${name}`, role);
  for (let i = 0; i < leases; i++)
    await call('POST', `${path}/creds/${i % 3 === 0 ? 'backup' : 'deploy'}`, { ip: `10.0.0.${i}` });
  const policy = `path "${path}/creds/deploy" { capabilities = ["update"] }`;
  await call('POST', `sys/policies/acl/${path}-users`, { policy });
  return path;
}

/**
 * @param alias_ttl for how long the old path goes on answering
 * @returns the id of the migration
 */
export async function move(from: string, to: string, reason = '', alias_ttl?: string): Promise<string> {
  return (await call('POST', 'sys/remount', { from, to, reason, alias_ttl })).data.migration_id;
}

/** Makes two moves to one target at the same time, so that one of them fails. */
export async function failedMove(): Promise<{ id: string; target: string }> {
  const target = freshPath('contested');
  for (;;) {
    const sources = await Promise.all([newMount('rival'), newMount('rival')]);
    const started = await Promise.allSettled(sources.map((source) => move(source, target)));
    for (const start of started) {
      if (start.status === 'fulfilled' && (await statusOf(start.value)) === 'failure')
        return { id: start.value, target };
    }
    await call('DELETE', `sys/mounts/${target}`);
  }
}

export async function statusOf(id: string): Promise<string> {
  for (;;) {
    const { migration_info: info } = (await call('GET', `sys/remount/status/${id}`)).data;
    if (info.status !== 'in-progress') return info.status;
  }
}

/** @returns the id of the run, after its end */
export async function runOf(order: object): Promise<string> {
  const { bulk_id: id } = (await call('POST', 'sys/remount/bulk', order)).data;
  await endOf(id);
  return id;
}

async function endOf(run: string): Promise<void> {
  while ((await call('GET', `sys/remount/bulk/${run}`)).data.bulk_info.status === 'in-progress');
}

/** @returns the id of a run of two moves, of which one has failed */
export async function runWithFailure(): Promise<string> {
  const [good, bad] = [await newMount('kv'), await newMount('kv')];
  const [free, taken] = [freshPath('free'), freshPath('taken')];
  await fetch(`${served.database}/hold`, { method: 'POST' });
  const moves = [
    { from: good, to: free },
    { from: bad, to: taken },
  ];
  const { bulk_id: id } = (await call('POST', 'sys/remount/bulk', { moves })).data;
  await call('POST', `sys/mounts/${taken}`, { type: 'kv' });
  await fetch(`${served.database}/release`, { method: 'POST' });
  await endOf(id);
  return id;
}

/** Holds all switches until the returned function is called or the test ends. */
export async function holdSwitches(): Promise<() => Promise<void>> {
  await fetch(`${served.database}/hold`, { method: 'POST' });
  let releasing: Promise<unknown> | undefined;
  const release = async () => {
    releasing ??= fetch(`${served.database}/release`, { method: 'POST' });
    await releasing;
  };
  onTestFinished(release);
  return release;
}
