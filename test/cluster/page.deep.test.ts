/** The page in a browser, in front of a real OpenBao whose database goes down. */

import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../infra/local/service.ts';
import { throughFile } from '../support/throughFile.ts';
import { findChromium, launchChromium } from '../ui/chromium.ts';
import { enableDatabase, issueLeases } from './support/database.ts';
import { startInMemory } from './support/openbao.ts';
import { startPostgres } from './support/postgres.ts';

const bao = throughFile(startInMemory);
const postgres = throughFile(startPostgres);
const hasBrowser = (await findChromium()) !== undefined;

describe.skipIf(!hasBrowser)('the page in front of a cluster', () => {
  let service: Service;
  let browser: Browser;
  let closeServer: () => Promise<void>;

  beforeAll(async () => {
    await enableDatabase(bao.root, 'db', postgres);
    await issueLeases(bao.root, 'db', 'good', 6);
    const cluster = { CLUSTER_ADDR: bao.root.address, CLUSTER_TOKEN: bao.rootToken };
    service = await startService({ cluster });
    const server = await launchChromium();
    closeServer = () => server.close();
    browser = await chromium.connect(server.wsEndpoint());
  });
  afterAll(async () => {
    await browser?.close();
    await closeServer?.();
    await service?.stop();
  });

  /** Requests to other hosts are counted: a page may not follow to the cluster. */
  async function signedIn(): Promise<{ page: Page; elsewhere: string[] }> {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(`${service.url}/`)) elsewhere.push(request.url());
    });
    await page.goto(`${service.url}/ui`);
    await page.getByLabel('Token').fill(bao.rootToken);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Migrations' }).waitFor();
    return { page, elsewhere };
  }

  async function startMove(page: Page, from: string, to: string): Promise<void> {
    await page.getByRole('link', { name: 'Move a mount' }).first().click();
    await page.getByLabel('From').fill(from);
    await page.getByLabel('To', { exact: true }).fill(to);
    await page.getByRole('button', { name: 'See the plan' }).click();
    await page.getByText('6 leases').waitFor();
    await page.getByRole('button', { name: 'Start the move' }).click();
  }

  it('says why a mount was not moved, and then moves it', async () => {
    const { page, elsewhere } = await signedIn();
    await postgres.takeDown();
    await startMove(page, 'db', 'moved');
    await page.getByText('A lease could not be revoked, so the mount was not moved.').waitFor();
    expect(await page.getByText('(lease_not_revoked)').isVisible()).toBe(true);
    expect(await page.getByText('connection refused').isVisible()).toBe(true);

    await postgres.bringUp();
    await startMove(page, 'db', 'moved');
    await page
      .getByText('The mount is at moved/. Credentials issued before the move are no longer valid.')
      .waitFor();
    expect(await page.getByText('Moved by the cluster').isVisible()).toBe(true);
    expect(await page.getByText('Seen by every node').isVisible()).toBe(true);
    expect((await bao.root.request('GET', 'moved/roles/good')).status).toBe(200);
    expect(elsewhere).toEqual([]);
    await page.close();
  });
});
