import { expect, it } from 'vitest';
import { RELEASE } from '../../functions/http/version.ts';
import manifest from '../../package.json' with { type: 'json' };

it('the release that answers name is that of the package', () => {
  expect(RELEASE).toBe(manifest.version);
});
