import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import type { Route } from '../../functions/http/route.ts';
import { openapiDocument } from '../../functions/system/openapi.ts';
import { vaultApi } from '../../functions/vaultApi.ts';

type Operation = Record<string, unknown> & { operationId: string };

const METHODS = ['get', 'post', 'patch', 'delete'] as const;

// biome-ignore lint/suspicious/noExplicitAny: the document is read as JSON, as its clients read it
let document: any;
let paths: Record<string, Record<string, Operation>>;

beforeAll(() => {
  document = JSON.parse(JSON.stringify(openapiDocument(vaultApi, '')));
  paths = document.paths;
});

/** Every value with this key, at any depth. */
function all(key: string, value: unknown = document): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...all(key, inner),
  ]);
}

function operations(): Operation[] {
  return Object.values(paths).flatMap((item) => METHODS.flatMap((method) => item[method] ?? []));
}

/** The methods of the operations that a row has handlers for. */
function methodsOf({ read, list, write, patch, delete: remove }: Route): string[] {
  const served = { get: read ?? list, post: write, patch, delete: remove };
  return METHODS.filter((method) => served[method]);
}

function methodsAt(template: string): string[] {
  return METHODS.filter((method) => paths[template]?.[method]);
}

function template(path: string): string {
  return path
    .split('/')
    .map((part) => (part.startsWith(':') ? `{${part.slice(1).replace(/[*+]/, '')}}` : part))
    .join('/');
}

describe('the OpenAPI document', () => {
  it('is valid by the schema that the OpenAPI Initiative publishes', async () => {
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
    const { paths: _, components, ...rest } = structuredClone(document);
    expect(await new Validator().validate(rest)).toMatchObject({ valid: false });
    components.responses.Nothing = {};
    expect(await new Validator().validate({ ...rest, paths, components })).toMatchObject({ valid: false });
  });

  it('has version 3.1, and responses for every operation', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/v1' }] });
    expect(openapiDocument(vaultApi, '/prod')).toMatchObject({ servers: [{ url: '/prod/v1' }] });
    expect(Object.keys(paths).filter((path) => !path.startsWith('/') || path.endsWith('/'))).toEqual([]);
    const silent = operations().filter(({ responses }) => Object.keys(responses as object).length === 0);
    expect(silent).toEqual([]);
  });

  it('has everything that it refers to', () => {
    const refs = new Set(all('$ref') as string[]);
    const missing = [...refs].filter((ref) => {
      const steps = ref.replace('#/', '').split('/');
      return steps.reduce((inner, step) => inner?.[step], document) === undefined;
    });
    expect(refs.size).toBeGreaterThan(5);
    expect(missing).toEqual([]);
  });

  it('names each operation once', () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(ids.length).toBeGreaterThan(100);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    expect(ids.filter((id) => !/^[\w-]+$/.test(id))).toEqual([]);
  });

  it('has no two paths that differ only by the names of their parameters', () => {
    const shapes = Object.keys(paths).map((path) => path.replace(/\{\w+\}/g, '{}'));
    expect(shapes.filter((shape, i) => shapes.indexOf(shape) !== i)).toEqual([]);
  });

  it('declares the parameters of each path, once each', () => {
    for (const [path, item] of Object.entries(paths)) {
      const parameters = item.parameters as unknown as Record<string, unknown>[];
      const declared = parameters.filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(declared.every(({ required }) => required === true)).toBe(true);
    }
  });

  it('has valid schemas', () => {
    const ajv = new Ajv2020();
    const schemas = [...all('schema'), ...Object.values(document.components.schemas)];
    const bad = schemas.filter((schema) => !ajv.validateSchema(schema as object));
    expect(bad).toEqual([]);
  });

  it('has no value that JSON cannot hold', () => {
    const made = openapiDocument(vaultApi, '');
    expect(made).toStrictEqual(document);
  });
});

describe('the paths of the document', () => {
  it('are all rows of the built-in mounts, with their operations', () => {
    for (const route of vaultApi.builtin) {
      expect(methodsAt(`/${template(route.path)}`), route.path).toEqual(methodsOf(route));
    }
    expect(methodsAt('/sys/internal/specs/openapi')).toEqual(['get']);
  });

  it('are all rows of the engines, below a mount of their type', () => {
    // `generic` is kv under another name.
    const { generic: _, ...described } = engines;
    const rows = Object.values(described).flatMap((engine) =>
      [{}, { version: '2' }].flatMap((options) =>
        engine.routes(options).map((route) => {
          const start = engine.kind === 'auth' ? '/auth/' : '/';
          return { route, path: `${start}{${engine.type}_mount_path}/${template(route.path)}` };
        }),
      ),
    );
    for (const { route, path } of rows) {
      // Version 2 of kv answers unknown paths where version 1 has all of its paths.
      if (path === '/{kv_mount_path}/{path}') continue;
      expect(methodsAt(path), path).toEqual(methodsOf(route));
    }
    expect(methodsAt('/{kv_mount_path}/{path}')).toEqual(['get', 'post', 'delete']);
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/{kv_mount_path}/data/{path}',
        '/{ssh_mount_path}/creds/{name}',
        '/auth/{userpass_mount_path}/login/{name}',
        '/auth/{approle_mount_path}/login',
      ]),
    );
  });

  it('are also there without their last parameter, where it may be empty', () => {
    expect(methodsAt('/sys/leases/renew')).toEqual(['post']);
    expect(methodsAt('/cubbyhole')).toEqual(['get', 'post', 'delete']);
    expect(paths).not.toHaveProperty(['/sys/remount/cancel']);
  });

  it('say which need sudo and which need no token', () => {
    const marked = (mark: string) => Object.keys(paths).filter((path) => paths[path]?.[mark]);
    expect(marked('x-vault-sudo')).toContain('/sys/remount');
    expect(marked('x-vault-sudo')).not.toContain('/sys/mounts');
    expect(marked('x-vault-unauthenticated')).toEqual(
      expect.arrayContaining(['/sys/health', '/auth/{approle_mount_path}/login', '/{ssh_mount_path}/verify']),
    );
    expect(marked('x-vault-unauthenticated')).not.toContain('/sys/remount');
    expect(paths['/sys/health']?.get?.security).toEqual([]);
    expect(paths['/sys/remount']?.post).not.toHaveProperty('security');
    expect(paths['/sys/internal/ui/mounts']?.get?.security).toEqual([{}, ...document.security]);
  });
});

describe('an operation of the document', () => {
  it('takes the fields that its row validates', () => {
    const body = (path: string, method = 'post', type = 'application/json') =>
      document.paths[path][method].requestBody.content[type].schema;
    expect(body('/sys/remount')).toMatchObject({
      type: 'object',
      properties: {
        from: { type: 'string' },
        to: { type: 'string' },
        dry_run: { type: 'boolean' },
        reason: { type: 'string' },
        idempotency_key: { type: 'string' },
      },
    });
    expect(body('/auth/token/renew').properties).toMatchObject({
      increment: { type: ['string', 'integer'] },
    });
    expect(body('/auth/token/create').properties).toMatchObject({
      ttl: { type: 'string' },
      renewable: { type: 'boolean' },
      num_uses: { type: 'integer' },
      policies: { type: ['array', 'string'], items: { type: 'string' } },
      meta: { type: 'object', additionalProperties: { type: 'string' } },
    });
    expect(body('/cubbyhole/{path}')).toMatchObject({ additionalProperties: true });
    expect(Object.keys(body('/{kv_mount_path}/data/{path}').properties)).toEqual(['data', 'options']);
    const patch = body('/{kv_mount_path}/data/{path}', 'patch', 'application/merge-patch+json');
    expect(patch.properties.data).toEqual({ anyOf: [{ type: 'object' }, { type: 'null' }] });
    expect(paths['/sys/leases/tidy']?.post).not.toHaveProperty('requestBody');
  });

  it('reads and lists with the same method; a parameter chooses', () => {
    const query = (path: string) => paths[path]?.get?.parameters;
    expect(query('/{kv_mount_path}/data/{path}')).toEqual([
      { name: 'version', in: 'query', schema: { type: 'integer' } },
    ]);
    expect(query('/auth/{userpass_mount_path}/users')).toEqual([
      { name: 'list', in: 'query', required: true, schema: { type: 'boolean', const: true } },
    ]);
    expect(query('/{kv_mount_path}/metadata/{path}')).toEqual([
      { name: 'list', in: 'query', required: false, schema: { type: 'boolean' } },
      { name: 'scan', in: 'query', required: false, schema: { type: 'boolean' } },
      { name: 'after', in: 'query', schema: { type: 'string' } },
      { name: 'limit', in: 'query', schema: { type: 'integer' } },
    ]);
    expect(query('/sys/mounts')).toBeUndefined();
  });
});
