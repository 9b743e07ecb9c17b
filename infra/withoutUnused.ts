/** Leaves out of the bundles what the SDK brings along and no function uses: 30 kB of each (docs/decisions.md, 34). */

import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

export const withoutUnused: Plugin = {
  name: 'without unused parts of the SDK',
  setup({ onLoad, onResolve }) {
    // Loaded for a call with an event stream. None of our calls has one.
    onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path }) => ({ path, external: true }));
    // The client of DynamoDB makes such a cache, and no command of it uses it.
    onLoad({ filter: /@aws-sdk\/endpoint-cache\/.*\/EndpointCache\.js$/ }, () => ({
      contents: 'export class EndpointCache {}',
    }));
    // A client says its version in each call, and nothing else of its package.
    onLoad({ filter: /@aws-sdk\/client-[\w-]+\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
