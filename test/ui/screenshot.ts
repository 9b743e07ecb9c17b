/** `npm run screenshot`: takes the screenshot for the README, with a service filled for it. */

import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { type Service, startService } from '../../infra/local/service.ts';
import { launchChromium } from './chromium.ts';

const PICTURE = join(import.meta.dirname, '..', '..', 'docs', 'ui.png');
const LEASES = 40;

const service = await startService();
const browser = await launchChromium();
try {
  await fill(service);
  await takePicture(service, browser.wsEndpoint());
} finally {
  await browser.close();
  await service.stop();
}

async function fill({ url, rootToken }: Service): Promise<void> {
  const post = async (path: string, body: object) => {
    const headers = { 'X-Vault-Token': rootToken };
    const answer = await fetch(`${url}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
  };
  await post('sys/namespaces/team-a', {});
  await post('sys/mounts/ssh', { type: 'ssh' });
  const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
  for (const name of ['deploy', 'backup']) await post(`ssh/roles/${name}`, role);
  for (let i = 0; i < LEASES; i++)
    await post(`ssh/creds/${i % 4 ? 'deploy' : 'backup'}`, { ip: `10.0.0.${i}` });
  const policy = 'path "ssh/creds/deploy" { capabilities = ["update"] }';
  await post('sys/policies/acl/deployers', { policy });
}

async function takePicture({ url, rootToken }: Service, endpoint: string): Promise<void> {
  const connection = await chromium.connect(endpoint);
  const page = await connection.newPage({ viewport: { width: 1080, height: 1130 }, colorScheme: 'light' });
  await page.goto(`${url}/ui/#/move`);
  await page.getByLabel('Token').fill(rootToken);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('From').fill('ssh/');
  await page.getByLabel('To', { exact: true }).fill('team-a/ssh/');
  await page.getByLabel('Reason').fill('team-a takes its hosts over');
  await page.getByRole('button', { name: 'See the plan' }).click();
  await page.getByRole('heading', { name: 'What this move would do' }).waitFor();
  await page.screenshot({ path: PICTURE });
  await connection.close();
}
