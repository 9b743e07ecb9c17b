/**
 * Who may do what, for every row of the route tables and every kind of token: a route cannot be left out. What needs no
 * token, and what needs sudo, is written down here and not read from the tables.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Token } from '../../functions/credentials/token.ts';
import { engines } from '../../functions/engines/catalog.ts';
import type { Api } from '../../functions/gateway/api.ts';
import { type Route, route } from '../../functions/http/route.ts';
import { CAPABILITIES } from '../../functions/policies/pathRule.ts';
import { recordAt } from '../../functions/remount/readMigration.ts';
import { remountRoutes } from '../../functions/remount/remountRoutes.ts';
import { statusRoutes } from '../../functions/remount/statusRoutes.ts';
import { sha256, tokenKey } from '../../functions/store/keys.ts';
import { severalAtOnce } from '../../functions/store/severalAtOnce.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Answer, type Caller, caller } from '../support/call.ts';
import { METHODS, type OperationName, operationsOf } from '../support/methods.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken, tokenWith } from '../support/tokens.ts';
import { runMigration } from '../support/workflow.ts';

/** Where all requests go; the tokens belong here, above, below or beside. */
const HERE = 'above/here/';

/** What nobody needs a token for, as in Vault (contract §6, §8, §10): what comes before there is one, or is one itself. */
const NEEDS_NO_TOKEN = [
  'read sys/health',
  'read sys/seal-status',
  'read sys/leader',
  'read sys/init',
  'read sys/wrapping/lookup',
  'write sys/wrapping/lookup',
  'write ssh0/verify',
  'write auth/userpass0/login/:name',
  'write auth/approle0/login',
];
/** What Vault protects by sudo (contract §1.6, §3.2, §6, §7), and what stands in for it or undoes it here. */
const NEEDS_SUDO = [
  'write sys/remount',
  'write sys/remount/cancel/:migration_id',
  'write sys/remount/undo/:migration_id',
  'write sys/remount/irrevocable/:migration_id/retry',
  'write sys/remount/bulk/cancel/:bulk_id',
  'write sys/remount/bulk/undo/:bulk_id',
  'read sys/auth/:path*/tune',
  'write sys/auth/:path*/tune',
  'read sys/auth/:path*',
  'write sys/auth/:path*',
  'delete sys/auth/:path*',
  'write sys/leases/revoke-prefix/:prefix*',
  'write sys/leases/revoke-force/:prefix*',
  'write sys/revoke-prefix/:prefix*',
  'write sys/revoke-force/:prefix*',
  'read sys/leases',
  'list auth/token/accessors',
];
/** The same, where the other operations of the row need none: its handlers ask for it. */
const NEEDS_SUDO_BY_ITSELF = [
  'list sys/leases/lookup/:prefix*',
  'write sys/remount/bulk',
  'write sys/remount/schedules/:name',
  'delete sys/remount/schedules/:name',
];
/** These answer without a token, too, and with one by what it may see, whatever its policies say of them (contract §10). */
const ASKS_WHAT_IS_SEEN = /^sys\/internal\/ui\/(mounts|namespaces)/;
const LISTS_WHAT_IS_SEEN = ['read sys/internal/ui/mounts', 'read sys/internal/ui/namespaces'];
/** Of these nothing is seen without a token. */
const SHOWS_NOBODY = 'read sys/internal/ui/namespaces';
const TELLS_WHAT_IS_SEEN = 'read sys/internal/ui/mounts/:path*';
/** What a token does with itself, it does in its own namespace, whichever was asked (contract §6). */
const AT_HOME =
  /^auth\/token\/(lookup-self|renew-self|revoke-self|lookup)$|^sys\/wrapping\/(lookup|unwrap|rewrap)$/;
/** A token that is no good is a wrapping token that is no good: their handlers say so, with 400 (contract §2.3). */
const TAKES_ANY_TOKEN = /^sys\/wrapping\/(unwrap|rewrap)$/;
/** What handlers say in Vault's words and with its status, though nobody else would answer so. */
const HANDLED: Record<string, RegExp> = {
  'read sys/remount/status': /unsupported path/,
  'write sys/leases/lookup/:prefix*': /unsupported operation/,
  'write auth/userpass0/users/:name/password': /username does not exist/,
  'write auth/userpass0/users/:name/policies': /username does not exist/,
  'write auth/userpass0/login/:name': /missing password/,
  'write auth/approle0/role/:name/role-id': /unsupported path/,
};

const EVERYTHING = CAPABILITIES.filter((name) => name !== 'deny');
const ALL_BUT_SUDO = EVERYTHING.filter((name) => name !== 'sudo');

interface Row {
  route: Route;
  operation: OperationName;
  /** Of the row, with the path of its mount. */
  pattern: string;
  path: string;
}

function rowsOf(row: Route, mount = ''): Row[] {
  const pattern = mount + row.path;
  // Of mounts only one that is there can be told.
  const path = pattern.replace(/(?<=^sys\/internal\/ui\/mounts\/):path\*/, 'kv0').replace(/:\w+\*?/g, 'x');
  return [...operationsOf(row), 'help' as const].map((operation) => ({
    route: row,
    operation,
    pattern,
    path,
  }));
}

const allRows: Row[] = [
  ...vaultApi.builtin.flatMap((row) => rowsOf(row)),
  ...Object.values(engines).flatMap(({ type, kind, routes, variants = [{}] }) =>
    variants.flatMap((options, i) =>
      routes(options).flatMap((row) => rowsOf(row, `${kind === 'auth' ? 'auth/' : ''}${type}${i}/`)),
    ),
  ),
];

/** The functions behind the API, with what each serves. */
const FUNCTIONS: Record<string, { api: Api; rows: Row[] }> = {
  vault: { api: vaultApi, rows: allRows },
  remount: {
    api: { builtin: remountRoutes, engines: {} },
    rows: remountRoutes.flatMap((row) => rowsOf(row)),
  },
  status: {
    api: { builtin: statusRoutes, engines: {}, readOnly: true, prefetch: recordAt },
    rows: statusRoutes.flatMap((row) => rowsOf(row)),
  },
};

const nameOf = ({ operation, pattern }: Row) => `${operation} ${pattern}`;
const withoutHelp = allRows.filter(({ operation }) => operation !== 'help');

/** A token of its own for each request, since some revoke the one that asks. */
type TokenKind = (typeof KINDS)[number];
const NO_GOOD = [
  'garbage',
  'gone',
  'expired',
  'revoked',
  'retired',
  'used up',
  'below a token that is gone',
  'issued before its mount was moved',
] as const;
const KINDS = [
  'none',
  ...NO_GOOD,
  'beside',
  'below',
  'powerless',
  'without sudo',
  'with sudo',
  'above',
] as const;

let deps: TestDeps;
/** By the names of the functions. */
let callers: Record<string, Caller>;
/** The namespaces by their paths. */
const places: Record<string, { id: string; path: string }> = {};
/** An auth mount that was moved. */
let movedMount: string;

async function tokenOf(kind: TokenKind): Promise<string> {
  const at = (path: string) => places[path] as { id: string; path: string };
  const having = (capabilities: readonly string[], more: Partial<Token> = {}) =>
    tokenWith(deps, `path "*" { capabilities = ${JSON.stringify(capabilities)} }`, at(HERE), more);
  switch (kind) {
    case 'none':
      return '';
    case 'garbage':
      return 's.nobodyEverMadeThisToken1';
    case 'gone':
      return removed(await having(EVERYTHING));
    case 'expired':
      return having(EVERYTHING, { expiresAt: deps.clock.now() - 1 });
    case 'revoked':
      return having(EVERYTHING, { revoked: true });
    case 'retired':
      return having(EVERYTHING, { retired: true });
    case 'used up':
      return having(EVERYTHING, { numUses: 1, usesLeft: 0 });
    case 'below a token that is gone':
      return having(EVERYTHING, { lineage: { mounts: {}, tokens: [sha256('gone')] } });
    case 'issued before its mount was moved':
      return having(EVERYTHING, { lineage: { mounts: { [movedMount]: 0 }, tokens: [] } });
    case 'beside':
      return tokenWith(deps, '', at('above/beside/'), { policies: ['root'] });
    case 'below':
      return tokenWith(deps, '', at(`${HERE}below/`), { policies: ['root'] });
    case 'powerless':
      return having(['deny']);
    case 'without sudo':
      return having(ALL_BUT_SUDO);
    case 'with sudo':
      return having(EVERYTHING);
    case 'above':
      return tokenWith(deps, '', at('above/'), { policies: ['root'] });
  }
}

async function removed(token: string): Promise<string> {
  await deps.store.commit([{ delete: tokenKey(sha256(token)) }]);
  return token;
}

type Verdict = 'unknown' | 'denied' | 'let in' | 'served by nobody' | 'broken';

/** A handler was reached if the answer is one that only handlers give. */
function verdictOf(row: Row, { status, body, text }: Answer): Verdict {
  if (HANDLED[nameOf(row)]?.test(text)) return 'let in';
  if (status >= 500) return 'broken';
  if (status === 403) return body.errors[0] === 'permission denied' ? 'unknown' : 'denied';
  if (status === 405 || /no handler for route|unsupported (path|operation)/.test(text))
    return 'served by nobody';
  return 'let in';
}

function expected(row: Row, kind: TokenKind): Verdict {
  const { operation, pattern } = row;
  const name = nameOf(row);
  const isHelp = operation === 'help';
  // Help is for who may ask the row for anything.
  if (NEEDS_NO_TOKEN.some((open) => (isHelp ? open.endsWith(` ${pattern}`) : open === name))) return 'let in';
  if (kind === 'none') {
    if (name === SHOWS_NOBODY) return 'unknown';
    if (name === TELLS_WHAT_IS_SEEN) return 'denied';
    return ASKS_WHAT_IS_SEEN.test(pattern) ? 'let in' : 'unknown';
  }
  if (NO_GOOD.some((noGood) => noGood === kind)) return TAKES_ANY_TOKEN.test(pattern) ? 'let in' : 'unknown';
  switch (kind) {
    case 'beside':
    case 'below':
      return AT_HOME.test(pattern) ? 'let in' : 'denied';
    case 'powerless':
      return isHelp || LISTS_WHAT_IS_SEEN.includes(name) ? 'let in' : 'denied';
    case 'without sudo':
      return [...NEEDS_SUDO, ...NEEDS_SUDO_BY_ITSELF].includes(name) ? 'denied' : 'let in';
    default:
      return 'let in';
  }
}

beforeAll(async () => {
  deps = await testDeps();
  const root = await rootToken(deps);
  callers = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, { api }]) => [name, caller(deps, api, root)]),
  );
  const call = callers.vault as Caller;
  for (const [parent, name] of [
    ['', 'above'],
    ['above/', 'here'],
    ['above/', 'beside'],
    [HERE, 'below'],
  ] as const) {
    const { body } = await call('POST', `sys/namespaces/${name}`, { namespace: parent });
    places[body.data.path] = { id: body.data.id, path: body.data.path };
  }
  const namespaceId = places[HERE]?.id ?? '';
  for (const { type, kind, variants = [{}] } of Object.values(engines)) {
    for (const [i, options] of variants.entries()) {
      const path = `${kind === 'auth' ? 'auth/' : ''}${type}${i}/`;
      await placeMount(deps, path, { type, options, namespaceId });
    }
  }
  movedMount = (await placeMount(deps, 'auth/before/', { namespaceId, issued: true })).uuid;
  const move = { from: 'auth/before', to: 'auth/after' };
  const { body } = await call('POST', 'sys/remount', { namespace: HERE, body: move });
  await runMigration(deps, body.migration_id);
});
afterAll(() => deps.stop());

async function ask(call: Caller, row: Row, kind: TokenKind): Promise<Verdict> {
  const { operation, path } = row;
  const headers = operation === 'patch' ? { 'content-type': 'application/merge-patch+json' } : {};
  const token = await tokenOf(kind);
  return verdictOf(row, await call(METHODS[operation], path, { namespace: HERE, token, headers }));
}

describe('the authorisation of every row', () => {
  it('is asked of all the rows there are', () => {
    expect(withoutHelp.length).toBeGreaterThan(150);
    expect(rowsOf(route({ path: 'a/:b', read: async () => undefined }), 'm/')).toMatchObject([
      { operation: 'read', pattern: 'm/a/:b', path: 'm/a/x' },
      { operation: 'help', pattern: 'm/a/:b', path: 'm/a/x' },
    ]);
  });

  it('is marked in the tables as it is written down here', () => {
    const marked = (isMarked: (row: Route) => unknown) =>
      withoutHelp.filter((row) => isMarked(row.route)).map(nameOf);
    expect(marked(({ open }) => open === true).sort()).toEqual([...NEEDS_NO_TOKEN].sort());
    expect(marked(({ open }) => open === 'optional')).toEqual([
      LISTS_WHAT_IS_SEEN[0],
      TELLS_WHAT_IS_SEEN,
      LISTS_WHAT_IS_SEEN[1],
    ]);
    expect(marked(({ sudo }) => sudo).sort()).toEqual([...NEEDS_SUDO].sort());
  });

  describe.each(Object.entries(FUNCTIONS))('in the function %s', (name, { rows }) => {
    it.each(KINDS)('with a token of kind: %s', async (kind) => {
      const call = callers[name] as Caller;
      const verdicts = await severalAtOnce(rows, (row) => ask(call, row, kind));
      const wrong = rows.flatMap((row, i) =>
        verdicts[i] === expected(row, kind) ? [] : [`${nameOf(row)}: ${verdicts[i]}`],
      );
      expect(wrong).toEqual([]);
    });
  });
});
