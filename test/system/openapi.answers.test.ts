import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { builtinRoutes } from '../../functions/routes.ts';
import { type Answer, type Caller, type CallOptions, caller, rootToken } from '../support/call.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const PATCH_TYPE = 'application/merge-patch+json';
const ajv = new Ajv2020({ strict: false, allErrors: true });

let deps: TestDeps;
let call: Caller;
// biome-ignore lint/suspicious/noExplicitAny: the document is looked at as its readers see it, as JSON
let document: any;

beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, { builtin: builtinRoutes, engines }, await rootToken(deps));
  document = (await call('GET', 'sys/internal/specs/openapi')).body;
  ajv.addSchema(document, 'api');
});
afterAll(() => deps.stop());

function mistakes(pointer: string, value: unknown): unknown {
  return ajv.validate({ $ref: `api#/${pointer}` }, value) ? [] : ajv.errors;
}

/** Performs an operation of the document as it says, and looks whether the answer is one that it promises. */
async function perform(
  method: string,
  template: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const operation = document.paths[template][method.toLowerCase()];
  const type = method === 'PATCH' ? PATCH_TYPE : 'application/json';
  if (options.body !== undefined) {
    const where = `paths/${pointerStep(template)}/${method.toLowerCase()}/requestBody/content/${pointerStep(type)}/schema`;
    expect(mistakes(where, options.body)).toEqual([]);
  }
  const answer = await call(method, path, { headers: { 'content-type': type }, ...options });
  const promised = operation.responses[answer.status]?.$ref;
  expect(promised, `${method} ${path}: ${answer.status}`).toBeDefined();
  const name = promised.split('/').at(-1);
  if (answer.text === '') expect(['Nothing', 'Accepted']).toContain(name);
  else
    expect(mistakes(`components/responses/${name}/content/application~1json/schema`, answer.body)).toEqual(
      [],
    );
  return answer;
}

function pointerStep(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}

describe('the schemas of the document', () => {
  it('refuse what is no answer of the service', () => {
    expect(mistakes('components/schemas/Envelope', { data: {} })).not.toEqual([]);
    expect(mistakes('components/schemas/Errors', { errors: 'no' })).not.toEqual([]);
    expect(mistakes('components/schemas/Errors', { errors: [], data: null })).not.toEqual([]);
  });
});

describe('the answers of the service', () => {
  it('are those promised when a mount is enabled, tuned, filled, moved and disabled', async () => {
    const steps: [number, string, string, string, unknown?][] = [
      [204, 'POST', '/sys/mounts/{path}', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } }],
      [204, 'POST', '/sys/mounts/{path}/tune', 'sys/mounts/kv/tune', { default_lease_ttl: '1h' }],
      [200, 'GET', '/sys/mounts/{path}/tune', 'sys/mounts/kv/tune'],
      [200, 'GET', '/sys/mounts', 'sys/mounts'],
      [200, 'POST', '/{kv_mount_path}/data/{path}', 'kv/data/a/b', { data: { user: 'x', n: 1 } }],
      [200, 'PATCH', '/{kv_mount_path}/data/{path}', 'kv/data/a/b', { data: { n: null } }],
      [200, 'GET', '/{kv_mount_path}/data/{path}', 'kv/data/a/b'],
      [204, 'DELETE', '/{kv_mount_path}/data/{path}', 'kv/data/a/b'],
      [404, 'GET', '/{kv_mount_path}/data/{path}', 'kv/data/a/b'],
      [404, 'GET', '/{kv_mount_path}/data/{path}', 'kv/data/none'],
      [404, 'GET', '/{kv_mount_path}/{path}', 'kv/none'],
      [200, 'POST', '/sys/remount', 'sys/remount', { from: 'kv', to: 'moved' }],
      [204, 'DELETE', '/sys/mounts/{path}', 'sys/mounts/kv'],
      [400, 'GET', '/sys/mounts/{path}', 'sys/mounts/kv'],
    ];
    for (const [status, method, template, path, body] of steps) {
      const answer = await perform(method, template, path, { body });
      expect(answer.status, `${method} ${path}`).toBe(status);
    }
  });

  it('are those promised while a migration is on its way', async () => {
    await perform('POST', '/sys/mounts/{path}', 'sys/mounts/old', { body: { type: 'kv' } });
    const accepted = await perform('POST', '/sys/remount', 'sys/remount', {
      body: { from: 'old', to: 'new' },
    });
    const id = accepted.body.data.migration_id;
    const template = '/sys/remount/status/{migration_id}';
    const found = await perform('GET', template, `sys/remount/status/${id}`);
    expect(found.body.data.migration_info.status).toBe('in-progress');
    expect((await perform('GET', template, 'sys/remount/status/none')).status).toBe(404);
  });

  it('are those promised to who lists, logs in, wraps and revokes', async () => {
    await perform('POST', '/sys/auth/{path}', 'sys/auth/up', { body: { type: 'userpass' } });
    await perform('POST', '/auth/{userpass_mount_path}/users/{name}', 'auth/up/users/ann', {
      body: { password: 'correct horse', token_ttl: '5m' },
    });
    const list = { query: { list: ['true'] } };
    const users = await perform('GET', '/auth/{userpass_mount_path}/users', 'auth/up/users', list);
    expect(users.body.data.keys).toEqual(['ann']);
    const login = await perform('POST', '/auth/{userpass_mount_path}/login/{name}', 'auth/up/login/ann', {
      body: { password: 'correct horse' },
      token: '',
    });
    expect(login.body.auth.client_token).toEqual(expect.any(String));
    const wrapped = await perform('GET', '/auth/token/lookup-self', 'auth/token/lookup-self', {
      headers: { 'x-vault-wrap-ttl': '60' },
    });
    const token = wrapped.body.wrap_info.token;
    const unwrapped = await perform('POST', '/sys/wrapping/unwrap', 'sys/wrapping/unwrap', {
      body: { token },
    });
    expect(unwrapped.body.data.display_name).toBe('root');
    await perform('POST', '/auth/token/create', 'auth/token/create', { body: { ttl: 60, policies: ['a'] } });
    expect((await perform('POST', '/sys/leases/tidy', 'sys/leases/tidy')).status).toBe(202);
    const revoked = await perform('POST', '/sys/leases/revoke', 'sys/leases/revoke', {
      body: { lease_id: 'none', sync: true },
    });
    expect(revoked.status).toBe(204);
  });

  it('are those promised without the envelope', async () => {
    for (const path of ['sys/health', 'sys/init', 'sys/seal-status', 'sys/leader']) {
      const { body } = await perform('GET', `/${path}`, path, { token: '' });
      expect(mistakes('components/schemas/Envelope', body), path).not.toEqual([]);
    }
  });

  it('are those promised when something is refused', async () => {
    const refusals: [number, string, string, CallOptions][] = [
      [400, 'POST', 'sys/remount', { body: {} }],
      [400, 'POST', 'sys/remount', { body: { from: 'nothing', to: 'there' } }],
      [403, 'POST', 'sys/remount', { body: { from: 'a', to: 'b' }, token: 'no-token' }],
      [403, 'GET', 'sys/mounts', { token: '' }],
      [403, 'GET', 'sys/internal/specs/openapi', { token: '' }],
      [404, 'GET', 'sys/health', { namespace: 'nowhere' }],
    ];
    for (const [status, method, path, options] of refusals) {
      const answer = await perform(method, `/${path}`, path, options);
      expect(answer.status, `${method} ${path}`).toBe(status);
    }
    const { status, body } = await call('DELETE', 'sys/remount');
    expect(status).toBe(405);
    expect(mistakes('components/responses/Unsupported/content/application~1json/schema', body)).toEqual([]);
  });
});
