import { expect, it } from 'vitest';
import { VERSION } from '../../cli/version.ts';
import { RELEASE } from '../../functions/http/version.ts';
import manifest from '../../package.json' with { type: 'json' };

it('the release that answers and the command line name is that of the package', () => {
  expect(VERSION).toBe(manifest.version);
  expect(RELEASE).toBe(manifest.version);
});
