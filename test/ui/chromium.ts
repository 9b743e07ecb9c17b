/** The browser for the tests of the page: the Chromium of the system. */

import { access } from 'node:fs/promises';
import { type BrowserServer, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const HOW_TO_GET_IT =
  'no Chromium was found: install it (Debian: apt-get install chromium) or name it in CHROMIUM=/path/to/chromium';

/** @returns the path of the program, if there is one */
export async function findChromium(): Promise<string | undefined> {
  const places = process.env.CHROMIUM ? [process.env.CHROMIUM] : PLACES;
  const there = await Promise.all(
    places.map((place) =>
      access(place).then(
        () => true,
        () => false,
      ),
    ),
  );
  return places.find((_, i) => there[i]);
}

/** @throws Error if there is none */
export async function launchChromium(): Promise<BrowserServer> {
  const executablePath = await findChromium();
  if (!executablePath) throw new Error(HOW_TO_GET_IT);
  // As root, as often in CI, Chromium has no sandbox. It opens only the local page.
  const args = ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return chromium.launchServer({ executablePath, args });
}
