/** Reads the files of the deployment, so that the local service does not differ from it. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Parses `infra/<name>.yml`. Ignores the tags of short intrinsic functions: `!Ref X` becomes `X`. */
export async function readFragment<Content>(name: string): Promise<Content> {
  const text = await readFile(join(import.meta.dirname, '..', `${name}.yml`), 'utf8');
  return parse(text, { logLevel: 'error', merge: true }) as Content;
}
