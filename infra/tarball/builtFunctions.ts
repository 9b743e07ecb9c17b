/** Stands for `infra/local/bundles.ts` in the tarball: there, the functions are built already. */

import { join } from 'node:path';

/** As seen from `infra/local/start.mjs`, which this file is bundled into. */
export const BUNDLES = join(import.meta.dirname, '..', '..', 'functions');

export async function bundled(): Promise<void> {}
