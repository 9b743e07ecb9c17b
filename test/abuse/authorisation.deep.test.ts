/**
 * Who may do what: every row of the route tables with every kind of token, so no route can be left out. Which requests
 * need no token, and which need sudo, is written here and not read from the tables.
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

/** The namespace of all requests. The tokens belong to this namespace, its parent, its child or a sibling. */
const HERE = 'above/here/';

/** Requests without a token, as in Vault (contract §6, §8, §10): the client has none yet, or the body holds a credential. */
const NEEDS_NO_TOKEN = [
  'read sys/health',
  'read sys/seal-status',
  'read sys/leader',
  'read sys/init',
  'read sys/wrapping/lookup',
  'write sys/wrapping/lookup',
  'write ssh0/verify',
  'write auth/userpass0/login/:name+',
  'write auth/approle0/login',
];
/** Requests that need sudo in Vault (contract §1.6, §3.2, §6, §7), and this project's own ones of the same power. */
const NEEDS_SUDO = [
  'write sys/remount',
  'write sys/remount/plan',
  'write sys/remount/cancel/:migration_id',
  'write sys/remount/undo/:migration_id',
  'write sys/remount/irrevocable/:migration_id/retry',
  'write sys/remount/bulk/cancel/:bulk_id',
  'write sys/remount/bulk/undo/:bulk_id',
  'write sys/remount/schedules/:name/pause',
  'write sys/remount/schedules/:name/resume',
  'read sys/auth/:path+/tune',
  'write sys/auth/:path+/tune',
  'read sys/auth/:path+',
  'write sys/auth/:path+',
  'delete sys/auth/:path+',
  'write sys/leases/revoke-prefix/:prefix+',
  'write sys/leases/revoke-force/:prefix+',
  'write sys/revoke-prefix/:prefix+',
  'write sys/revoke-force/:prefix+',
  'read sys/leases',
  'list auth/token/accessors',
];
/** Requests that also need sudo, but other operations of the same row do not: the handler checks it. */
const HANDLER_NEEDS_SUDO = [
  'list sys/leases/lookup/:prefix*',
  'write sys/remount/aliases/:path+',
  'delete sys/remount/aliases/:path+',
  'write sys/remount/bulk',
  'write sys/remount/schedules/:name',
  'delete sys/remount/schedules/:name',
  'write sys/remount/aliases/:path+',
  'delete sys/remount/aliases/:path+',
];
/** These also answer without a token. With one, they show what the token may see, whatever its policies allow (contract §10). */
const SHOWS_VISIBLE_MOUNTS = /^sys\/internal\/(ui\/(mounts|namespaces)|specs\/openapi)/;
const LISTS_VISIBLE_MOUNTS = [
  'read sys/internal/ui/mounts',
  'read sys/internal/ui/namespaces',
  'read sys/internal/specs/openapi',
];
/** It shows nothing without a token. */
const SHOWS_NAMESPACES = 'read sys/internal/ui/namespaces';
const SHOWS_VISIBLE_MOUNT = 'read sys/internal/ui/mounts/:path+';
/** A token acts on itself in its own namespace, whatever namespace the request names (contract §6). */
const ACTS_ON_ITSELF = /^auth\/token\/(lookup-self|renew-self|revoke-self|lookup)$/;
/** These refuse a token that wraps nothing before any other check, so every token of this test (contract §2.3). */
const TAKES_WRAPPING_TOKENS = /^sys\/wrapping\/(unwrap|rewrap)$/;
const NO_WRAPPING_TOKEN = 'error validating wrapping token: token is empty';
/** Handlers that answer with a text and status of Vault that otherwise mean that no handler was reached. */
const HANDLER_ERRORS: Record<string, RegExp> = {
  'read sys/remount/status': /unsupported path/,
  'write sys/leases/lookup/:prefix*': /unsupported operation/,
  'write auth/userpass0/users/:name/password': /username does not exist/,
  'write auth/userpass0/users/:name/policies': /username does not exist/,
  'write auth/userpass0/login/:name+': /missing password/,
  'write auth/approle0/login': /missing role_id/,
};

/** Without its role, a setting has no path in Vault. Another row of this test may have deleted the role. */
const OF_ONE_ROLE = /^auth\/approle0\/role\/:name\/(?!secret-id$|custom-secret-id$)[\w-]+$/;

const EVERYTHING = CAPABILITIES.filter((name) => name !== 'deny');
const ALL_BUT_SUDO = EVERYTHING.filter((name) => name !== 'sudo');

interface Row {
  route: Route;
  operation: OperationName;
  /** The pattern of the row, below the path of its mount. */
  pattern: string;
  path: string;
}

function rowsOf(row: Route, mount = ''): Row[] {
  const pattern = mount + row.path;
  // A mount is shown only if it exists.
  const path = pattern
    .replace(/(?<=^sys\/internal\/ui\/mounts\/):path[*+]/, 'kv0')
    .replace(/:\w+[*+]?/g, 'x');
  return [...operationsOf(row), 'help' as const].map((operation) => ({
    route: row,
    operation,
    pattern,
    path,
  }));
}

const engineRows: Row[] = Object.values(engines).flatMap(({ type, kind, routes, variants = [{}] }) =>
  variants.flatMap((options, i) =>
    routes(options).flatMap((row) => rowsOf(row, `${kind === 'auth' ? 'auth/' : ''}${type}${i}/`)),
  ),
);
const allRows: Row[] = [...vaultApi.builtin.flatMap((row) => rowsOf(row)), ...engineRows];

/** The path at which a mount like that of this path has left an alias. */
const atAlias = (path: string) => path.replace(/^(auth\/)?/, '$1old-');

/** The functions behind the API, with the rows that each serves. */
const FUNCTIONS: Record<string, { api: Api; rows: Row[] }> = {
  vault: { api: vaultApi, rows: allRows },
  'vault, at aliases': {
    api: vaultApi,
    rows: engineRows.map((row) => ({ ...row, path: atAlias(row.path) })),
  },
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

/** Each request has its own token, since some requests revoke the token they use. */
type TokenKind = (typeof KINDS)[number];
const INVALID = [
  'garbage',
  'deleted',
  'expired',
  'revoked',
  'retired',
  'used up',
  'child of a deleted token',
  'issued before its mount was moved',
] as const;
const KINDS = [
  'none',
  ...INVALID,
  'beside',
  'below',
  'powerless',
  'without sudo',
  'with sudo',
  'above',
] as const;

let deps: TestDeps;
/** By name of the function. */
let callers: Record<string, Caller>;
/** The namespaces by path. */
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
    case 'deleted':
      return removed(await having(EVERYTHING));
    case 'expired':
      return having(EVERYTHING, { expiresAt: deps.clock.now() - 1 });
    case 'revoked':
      return having(EVERYTHING, { revoked: true });
    case 'retired':
      return having(EVERYTHING, { retired: true });
    case 'used up':
      return having(EVERYTHING, { numUses: 1, usesLeft: 0 });
    case 'child of a deleted token':
      return having(EVERYTHING, { lineage: { mounts: {}, tokens: [sha256('deleted')] } });
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

type Verdict = 'not authenticated' | 'denied' | 'handled' | 'no handler' | 'broken';

/** Whether a handler was reached, as the answer shows. */
function verdictOf(row: Row, { status, body, text }: Answer): Verdict {
  if (HANDLER_ERRORS[nameOf(row)]?.test(text)) return 'handled';
  if (OF_ONE_ROLE.test(row.pattern) && /unsupported path/.test(text)) return 'handled';
  if (status >= 500) return 'broken';
  if (status === 403 && body.errors[0] === NO_WRAPPING_TOKEN) return 'handled';
  if (status === 403) return body.errors[0] === 'permission denied' ? 'not authenticated' : 'denied';
  if (status === 405 || /no handler for route|unsupported (path|operation)/.test(text)) return 'no handler';
  return 'handled';
}

function expected(row: Row, kind: TokenKind): Verdict {
  const { operation, pattern } = row;
  const name = nameOf(row);
  const isHelp = operation === 'help';
  // Help needs no token where any operation of the row needs none.
  if (NEEDS_NO_TOKEN.some((open) => (isHelp ? open.endsWith(` ${pattern}`) : open === name)))
    return 'handled';
  if (TAKES_WRAPPING_TOKENS.test(pattern)) return 'handled';
  if (kind === 'none') {
    if (name === SHOWS_VISIBLE_MOUNT || name === SHOWS_NAMESPACES) return 'not authenticated';
    return SHOWS_VISIBLE_MOUNTS.test(pattern) ? 'handled' : 'not authenticated';
  }
  if (INVALID.some((invalid) => invalid === kind)) return 'not authenticated';
  switch (kind) {
    case 'beside':
    case 'below':
      return ACTS_ON_ITSELF.test(pattern) ? 'handled' : 'denied';
    case 'powerless':
      return isHelp || LISTS_VISIBLE_MOUNTS.includes(name) ? 'handled' : 'denied';
    case 'without sudo':
      return [...NEEDS_SUDO, ...HANDLER_NEEDS_SUDO].includes(name) ? 'denied' : 'handled';
    default:
      return 'handled';
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
      await placeMount(deps, atAlias(path), { type, options, namespaceId });
      // A secrets engine leaves its alias in another namespace than it is in.
      const to = kind === 'auth' ? `here/${path.replace('/', '/new-')}` : `beside/${path}`;
      const body = { from: `here/${atAlias(path)}`, to, alias_ttl: '1h' };
      const { body: started } = await call('POST', 'sys/remount', { namespace: 'above/', body });
      await runMigration(deps, started.data.migration_id);
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
  it('covers all rows', () => {
    expect(withoutHelp.length).toBeGreaterThan(150);
    expect(rowsOf(route({ path: 'a/:b', read: async () => undefined }), 'm/')).toMatchObject([
      { operation: 'read', pattern: 'm/a/:b', path: 'm/a/x' },
      { operation: 'help', pattern: 'm/a/:b', path: 'm/a/x' },
    ]);
  });

  it('is marked in the tables as written in this file', () => {
    const marked = (isMarked: (row: Route) => unknown) =>
      withoutHelp.filter((row) => isMarked(row.route)).map(nameOf);
    expect(marked(({ open }) => open === true).sort()).toEqual([...NEEDS_NO_TOKEN].sort());
    expect(marked(({ open }) => open === 'optional')).toEqual([
      LISTS_VISIBLE_MOUNTS[0],
      SHOWS_VISIBLE_MOUNT,
      SHOWS_NAMESPACES,
      LISTS_VISIBLE_MOUNTS[2],
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
