import { defineConfig } from 'vitest/config';
import { mutation } from './test/mutations/plugin.ts';

/** What speaks HTTP to a whole service. */
const OUTSIDE = ['test/contract/**/*.test.ts', 'test/clients/**/*.test.ts'];
/** What needs a browser. */
const BROWSER = ['test/ui/browser/**/*.test.ts'];

/** What compares the roles with what the tests before it have recorded. */
const RIGHTS = ['test/rights/roles.test.ts'];

/** What speaks to a service whose store lags: the races and repetitions, or with `npm run test:lag` the whole contract. */
const LAGGING =
  process.env.LAG === 'all'
    ? ['test/contract/**/*.test.ts']
    : ['test/contract/remount.races.test.ts', 'test/contract/remount.repeats.test.ts'];

export default defineConfig({
  plugins: [mutation()],
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    allowOnly: false,
    projects: [
      {
        extends: true,
        test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: [...OUTSIDE, ...BROWSER, ...RIGHTS] },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: OUTSIDE,
          // One service for all files; it starts only when one of them is run, and has the machine for itself.
          globalSetup: 'test/contract/target.ts',
          sequence: { groupOrder: 1 },
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          include: BROWSER,
          globalSetup: 'test/ui/setup.ts',
          sequence: { groupOrder: 2 },
          isolate: false,
          maxWorkers: 2,
          // A test is a whole visit to the page.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'lag',
          include: LAGGING,
          globalSetup: 'test/lag/target.ts',
          sequence: { groupOrder: 3 },
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: { name: 'rights', include: RIGHTS, sequence: { groupOrder: 4 } },
      },
    ],
  },
});
