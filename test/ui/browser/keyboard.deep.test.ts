import type { Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { freshPath, newMount, person } from '../person.ts';

const FAR = 40;

/** Presses Tab until the named element has the focus, and checks that the focus is always visible. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < FAR; presses++) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    const [label, outline] = await focused.evaluate((element) => [
      element.labels?.[0]?.textContent ?? element.textContent ?? '',
      element.ownerDocument.defaultView?.getComputedStyle(element).outlineStyle,
    ]);
    expect(outline, `the focus on ${label}`).not.toBe('none');
    if (name.test(String(label).trim())) return;
  }
  throw new Error(`the keyboard does not lead to ${name}`);
}

it('the keyboard is enough for everything, from the sign-in to the undo', async () => {
  const from = await newMount('kv');
  const to = freshPath('typed');
  const { page } = await person();

  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  // The focus is where one types.
  await page.keyboard.type(inject('served').rootToken);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Migrations' }).waitFor();

  await tabTo(page, /^Move a mount$/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Move a mount' }).waitFor();
  await page.keyboard.type(from);
  await tabTo(page, /^To$/);
  await page.keyboard.type(to);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What this move would do' }).waitFor();
  expect(await page.locator(':focus').innerText()).toBe('What this move would do');

  await page.keyboard.press('Shift+Tab');
  expect(await page.locator(':focus').innerText()).toBe('Start the move');
  await page.keyboard.press('Enter');
  await page.getByText(`The mount is at ${to}/`).waitFor();

  await tabTo(page, /^Undo the move…$/);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  for (let presses = 0; presses < 8; presses++) {
    await page.keyboard.press('Tab');
    const isOutside = await page.evaluate(
      "document.activeElement !== document.body && !document.activeElement.closest('dialog')",
    );
    expect(isOutside).toBe(false);
  }
  await page.keyboard.press('Escape');
  // The dialog is hidden at once, but the page gets the event a moment later. A person is slower than that.
  await page.locator('dialog').waitFor({ state: 'detached' });
  expect(await page.locator(':focus').innerText()).toBe('Undo the move…');

  await page.keyboard.press('Enter');
  await dialog.getByText('Nothing: the mount has no live leases').waitFor();
  await tabTo(page, /^Undo the move$/);
  await page.keyboard.press('Enter');
  await page.getByText(`The mount is at ${from}/`).waitFor();
});
