import { defineConfig } from 'vitest/config';
import { mutation } from './test/mutations/plugin.ts';

/** What takes long. `npm test` leaves it out, `npm run test:deep` runs it. */
const DEEP = ['test/**/*.deep.test.ts'];

/** What speaks HTTP to a whole service. */
const OUTSIDE = ['test/contract/**/*.test.ts', 'test/clients/**/*.test.ts'];
/** What needs a browser. */
const BROWSER = ['test/ui/browser/**/*.test.ts'];

/** What compares the roles with what the tests before it have recorded. */
const RIGHTS = ['test/rights/roles.deep.test.ts'];

/** What compares the service with a real OpenBao. */
const COMPARED = ['differential/differential', 'commandLine/commandLine'].map(
  (name) => `test/reference/${name}.deep.test.ts`,
);

/** What moves mounts by HTTP. */
const MOVES = [
  'test/contract/remount.*.test.ts',
  'test/contract/{bulk,clients,http.verbs,names}.test.ts',
  'test/clients/**/*.test.ts',
];

/** What needs a real cluster of OpenBao and a real PostgreSQL. */
const CLUSTER = ['test/cluster/**/*.deep.test.ts'];

/** What needs an emulated AWS. */
const DEPLOYMENT = ['test/deployment/**/*.deep.test.ts'];

/**
 * `quick` or `deep`, as test/run.ts sets it. Without, whatever file is named on the command line is run.
 * `REFERENCE` is set where a real OpenBao is to be started beside the tests.
 */
const { DEPTH, LAG, REFERENCE } = process.env;

/** What speaks to a service whose store lags: the races and repetitions, or with `npm run test:lag` the whole contract. */
const LAGGING =
  LAG === 'all'
    ? ['test/contract/**/*.test.ts']
    : ['test/contract/remount.races.deep.test.ts', 'test/contract/remount.repeats.test.ts'];

/** A real server does some things a moment later than usual. A test on one is at fault when it fails twice. */
const ONCE_MORE = 1;

export default defineConfig({
  plugins: [mutation()],
  test: {
    pool: 'forks',
    // The files of one worker share the modules they import: loading the AWS SDK takes longer than most files do.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    allowOnly: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: DEPTH === 'deep' ? DEEP : ['test/**/*.test.ts'],
          exclude: [
            ...OUTSIDE,
            ...BROWSER,
            ...RIGHTS,
            ...COMPARED,
            ...CLUSTER,
            ...DEPLOYMENT,
            ...(DEPTH === 'quick' ? DEEP : []),
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          // The deep tests run all of it: what it asks of AWS is recorded then.
          include: OUTSIDE,
          exclude: DEPTH === 'quick' ? DEEP : [],
          // One service for all files; it starts only when one of them is run, and has the machine for itself.
          globalSetup: 'test/contract/target.ts',
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          include: BROWSER,
          globalSetup: 'test/ui/setup.ts',
          sequence: { groupOrder: 2 },
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
        },
      },
      {
        extends: true,
        test: {
          name: 'reference',
          // Not every machine has the server.
          include: REFERENCE ? [...OUTSIDE, ...COMPARED] : [],
          globalSetup: 'test/reference/target.ts',
          setupFiles: 'test/reference/expectFailures.ts',
          retry: ONCE_MORE,
          sequence: { groupOrder: 4 },
        },
      },
      {
        extends: true,
        test: {
          name: 'front',
          include: REFERENCE ? MOVES : [],
          globalSetup: 'test/reference/inFront.ts',
          setupFiles: 'test/reference/expectFailures.ts',
          // Moves into other namespaces are made one after the other.
          testTimeout: 120_000,
          retry: ONCE_MORE,
          sequence: { groupOrder: 5 },
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: CLUSTER,
          // Each file starts its own servers, and waits for what they do in their own time.
          testTimeout: 120_000,
          retry: ONCE_MORE,
          sequence: { groupOrder: 6 },
        },
      },
      {
        extends: true,
        // After all that is recorded.
        test: { name: 'rights', include: RIGHTS, sequence: { groupOrder: 7 } },
      },
      {
        extends: true,
        // It judges what was recorded, too.
        test: {
          name: 'deployment',
          include: DEPLOYMENT,
          hookTimeout: 180_000,
          testTimeout: 120_000,
          sequence: { groupOrder: 8 },
        },
      },
    ],
  },
});
