/** Polls a status until the end. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '../api/service.ts';

/** Often enough to show a running clock. */
const REDRAW_MS = 200;
const MIN_PAUSE_MS = 200;
/** The service counts what is done about each second. */
const MAX_PAUSE_MS = 1_000;
/** The pause between polls grows to a tenth of the elapsed time. */
const PAUSE_SHARE = 0.1;

export interface Watched<T> {
  /** The path of the status. */
  path: string;
  isEnded(data: T): boolean;
  /**
   * @param data undefined until the first answer
   * @param elapsed seconds since the start of the polls
   */
  show(data: T | undefined, elapsed: number): void;
}

/** @returns the data of the final status */
export async function watch<T>(service: Service, { path, isEnded, show }: Watched<T>): Promise<T> {
  const startedAt = Date.now();
  const elapsedMs = () => Date.now() - startedAt;
  let data: T | undefined;
  let etag: string | undefined;
  const draw = () => show(data, elapsedMs() / 1_000);
  const clock = setInterval(draw, REDRAW_MS);
  try {
    for (;;) {
      const answer = await service.read(path, { etag });
      if (!answer.isUnchanged) {
        data = answer.data as T;
        etag = answer.etag;
      }
      if (data !== undefined && isEnded(data)) return data;
      draw();
      await delay(Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, elapsedMs() * PAUSE_SHARE)));
    }
  } finally {
    clearInterval(clock);
  }
}
