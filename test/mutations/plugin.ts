/** A Vitest plugin that loads one file of the service without one condition: `MUTATION=<file>#<number of the site>`. */

import { join } from 'node:path';
import { sitesIn } from './sites.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export function mutation(): {
  name: string;
  enforce: 'pre';
  transform(code: string, id: string): string | undefined;
} {
  const [file = '', number = ''] = (process.env.MUTATION ?? '').split('#');
  return {
    name: 'mutation',
    enforce: 'pre',
    transform: (code, id) =>
      file !== '' && id === join(ROOT, file) ? sitesIn(code)[Number(number)]?.mutated : undefined,
  };
}
