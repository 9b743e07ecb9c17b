/** Writes a file as a whole: after a crash or on a full disk, the old content is there. Only its owner may read it. */

import { renameSync, writeFileSync } from 'node:fs';

/** Synchronous, so that two writes of one file do not meet. */
export function writeWhole(file: string, content: object): void {
  writeFileSync(`${file}.draft`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${file}.draft`, file);
}
