/** Who may do what, for every row of the route tables and every kind of token: a route cannot be left out. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { type Route, route } from '../../functions/http/route.ts';
import { CAPABILITIES } from '../../functions/policies/pathRule.ts';
import { severalAtOnce } from '../../functions/ports/severalAtOnce.ts';
import { builtinRoutes } from '../../functions/routes.ts';
import { type Answer, type Caller, caller } from '../support/call.ts';
import { METHODS, type OperationName } from '../support/methods.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken, tokenWith } from '../support/tokens.ts';

/** Where all requests go; the tokens belong here, above, below or beside. */
const HERE = 'above/here/';

/** What a token does with itself, it does in its own namespace, whichever was asked (contract §6). */
const AT_HOME =
  /^auth\/token\/(lookup-self|renew-self|revoke-self|lookup)$|^sys\/wrapping\/(lookup|unwrap|rewrap)$/;
/** A token that is no good is a wrapping token that is no good: their handlers say so, with 400 (contract §2.3). */
const TAKES_ANY_TOKEN = /^sys\/wrapping\/(unwrap|rewrap)$/;
/** The handler asks for sudo by itself, on some of its operations alone (contract §6, §7). */
const ASKS_ITSELF = new Set([
  'list sys/leases/lookup/:prefix*',
  'write sys/remount/bulk',
  'write sys/remount/schedules/:name',
  'delete sys/remount/schedules/:name',
]);
/** These ask for no token where none is sent, and answer by what the token that is sent may see (contract §10). */
const OWN_RULES = new Set(['sys/internal/ui/mounts', 'sys/internal/ui/mounts/:path*']);

const EVERYTHING = CAPABILITIES.filter((name) => name !== 'deny');
const ALL_BUT_SUDO = EVERYTHING.filter((name) => name !== 'sudo');

let deps: TestDeps;
let call: Caller;
/** The namespaces by their paths. */
const places: Record<string, { id: string; path: string }> = {};

interface Row {
  route: Route;
  operation: OperationName;
  path: string;
}

const rows: Row[] = [
  ...builtinRoutes.flatMap((row) => rowsOf(row, '')),
  ...Object.values(engines).flatMap(({ type, kind, routes, variants = [{}] }) =>
    variants.flatMap((options, i) =>
      routes(options).flatMap((row) => rowsOf(row, `${kind === 'auth' ? 'auth/' : ''}${type}${i}/`)),
    ),
  ),
].filter(({ route: { path } }) => !OWN_RULES.has(path));

function rowsOf(row: Route, mount: string): Row[] {
  const path = mount + row.path.replace(/:\w+\*?/g, 'x');
  const operations = Object.keys(METHODS) as OperationName[];
  return operations
    .filter((operation) => row[operation])
    .map((operation) => ({ route: row, operation, path }));
}

/** A token of its own for each request, since some revoke the one that asks. */
type TokenKind = (typeof KINDS)[number];
const KINDS = [
  'none',
  'garbage',
  'expired',
  'revoked',
  'beside',
  'below',
  'powerless',
  'without sudo',
  'with sudo',
  'above',
] as const;

function tokenOf(kind: TokenKind): Promise<string> | string {
  const at = (path: string) => places[path] as { id: string; path: string };
  const all = (capabilities: readonly string[]) =>
    `path "*" { capabilities = ${JSON.stringify(capabilities)} }`;
  switch (kind) {
    case 'none':
      return '';
    case 'garbage':
      return 's.nobodyEverMadeThisToken1';
    case 'expired':
      return tokenWith(deps, all(EVERYTHING), at(HERE), { expiresAt: deps.clock.now() - 1 });
    case 'revoked':
      return tokenWith(deps, all(EVERYTHING), at(HERE), { retired: true });
    case 'beside':
      return tokenWith(deps, '', at('above/beside/'), { policies: ['root'] });
    case 'below':
      return tokenWith(deps, '', at(`${HERE}below/`), { policies: ['root'] });
    case 'powerless':
      return tokenWith(deps, all(['deny']), at(HERE));
    case 'without sudo':
      return tokenWith(deps, all(ALL_BUT_SUDO), at(HERE));
    case 'with sudo':
      return tokenWith(deps, all(EVERYTHING), at(HERE));
    case 'above':
      return tokenWith(deps, '', at('above/'), { policies: ['root'] });
  }
}

type Verdict = 'unknown' | 'denied' | 'let in';

function verdictOf({ status, body }: Answer): Verdict {
  if (status !== 403) return 'let in';
  return body.errors[0] === 'permission denied' ? 'unknown' : 'denied';
}

function expected({ route: { open, sudo, path }, operation }: Row, kind: TokenKind): Verdict {
  if (open === true) return 'let in';
  switch (kind) {
    case 'none':
      return 'unknown';
    case 'garbage':
    case 'expired':
    case 'revoked':
      return TAKES_ANY_TOKEN.test(path) ? 'let in' : 'unknown';
    case 'beside':
    case 'below':
      return AT_HOME.test(path) ? 'let in' : 'denied';
    case 'powerless':
      return 'denied';
    case 'without sudo':
      return sudo || ASKS_ITSELF.has(`${operation} ${path}`) ? 'denied' : 'let in';
    case 'with sudo':
    case 'above':
      return 'let in';
  }
}

beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, { builtin: builtinRoutes, engines }, await rootToken(deps));
  for (const [parent, name] of [
    ['', 'above'],
    ['above/', 'here'],
    ['above/', 'beside'],
    [HERE, 'below'],
  ] as const) {
    const { body } = await call('POST', `sys/namespaces/${name}`, { namespace: parent });
    places[body.data.path] = { id: body.data.id, path: body.data.path };
  }
  for (const { type, kind, variants = [{}] } of Object.values(engines)) {
    for (const [i, options] of variants.entries()) {
      const path = `${kind === 'auth' ? 'auth/' : ''}${type}${i}/`;
      await placeMount(deps, path, { type, options, namespaceId: places[HERE]?.id ?? '' });
    }
  }
});
afterAll(() => deps.stop());

async function ask({ operation, path }: Row, kind: TokenKind): Promise<Verdict> {
  const headers = operation === 'patch' ? { 'content-type': 'application/merge-patch+json' } : {};
  const token = await tokenOf(kind);
  return verdictOf(await call(METHODS[operation], path, { namespace: HERE, token, headers }));
}

describe('the authorisation of every row', () => {
  it('is asked of all the rows there are', () => {
    expect(rows.length).toBeGreaterThan(150);
    expect(rowsOf(route({ path: 'a/:b', read: async () => undefined }), 'm/')).toMatchObject([
      { operation: 'read', path: 'm/a/x' },
    ]);
  });

  it.each(KINDS)('with a token of kind: %s', async (kind) => {
    const verdicts = await severalAtOnce(rows, (row) => ask(row, kind));
    const wrong = rows.flatMap((row, i) =>
      verdicts[i] === expected(row, kind) ? [] : [`${row.operation} ${row.route.path}: ${verdicts[i]}`],
    );
    expect(wrong).toEqual([]);
  });
});
