/** The browser that the page is tested in: Chromium as the system has it. */

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

/** Throws when there is none. */
export async function launchChromium(): Promise<BrowserServer> {
  const executablePath = await findChromium();
  if (!executablePath) throw new Error(HOW_TO_GET_IT);
  // As root, which CI often is, Chromium has no sandbox; it opens nothing but the page of this machine.
  const args = ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return chromium.launchServer({ executablePath, args });
}
