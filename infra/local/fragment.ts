/** Reads the files that the deployment is made of, so that the local service cannot differ from it. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** `infra/<name>.yml`, with the short forms of intrinsic functions (`!Ref X`) as if their tag were not there. */
export async function readFragment<Content>(name: string): Promise<Content> {
  const text = await readFile(join(import.meta.dirname, '..', `${name}.yml`), 'utf8');
  return parse(text, { logLevel: 'error' }) as Content;
}
