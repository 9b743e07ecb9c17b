/** The operations of one path in an OpenAPI document: parameters, bodies and answers, from the schemas of the row. */

import type { Schema } from '../http/fields.ts';
import type { Answers, Route } from '../http/route.ts';
import { type Field, type FieldType, typeOf } from '../http/shape.ts';
import { bodySchema } from './openapiAnswers.ts';
import { answerOf, TOKEN_NEEDED } from './openapiComponents.ts';

type Part = Record<string, unknown>;

/** Method → operation. Reading and listing are both a `GET`, and differ by a parameter. */
export function operationsOf({ route, path, tag }: { route: Route; path: string; tag: string }): Part {
  const operations: Record<string, Part | undefined> = {
    get: route.read || route.list || route.scan ? getOf(route) : undefined,
    post: route.write && {
      ...bodyOf(route, 'application/json'),
      responses: responsesOf(route, CHANGED, ['write']),
    },
    patch: route.patch && {
      ...bodyOf(route, 'application/merge-patch+json'),
      responses: responsesOf(route, CHANGED, ['patch']),
    },
    delete: route.delete && { ...deletionOf(route), responses: responsesOf(route, CHANGED, ['delete']) },
  };
  const present = Object.entries(operations).filter(([, operation]) => operation);
  const common = { tags: [tag], ...securityOf(route) };
  return Object.fromEntries(
    present.map(([method, operation]) => [
      method,
      { operationId: `${method}-${slugOf(path)}`, ...common, ...operation },
    ]),
  );
}

const FAILED = {
  400: answer('Refused'),
  403: answer('Denied'),
  404: answer('NotFound'),
  405: answer('Unsupported'),
  '4XX': answer('Refused'),
  '5XX': answer('Failed'),
};
const FOUND = { 200: answer('Answer'), ...FAILED };
const CHANGED = {
  200: answer('Answer'),
  202: answer('Accepted'),
  204: answer('Nothing'),
  ...FAILED,
};

/** Where deleting has the handler of writing, it takes the same fields. */
function deletionOf({ delete: remove, write, fields, freeForm }: Route): Part {
  return fields && remove === write && !freeForm
    ? { parameters: parametersBy(Object.keys(fields), fields) }
    : {};
}

const READS = ['read', 'list', 'scan'] as const;

/** The answers of some operations of a row, with the body if the row describes it. */
function responsesOf(route: Route, responses: Part, operations: (keyof Answers)[]): Part {
  const schema = bodySchema(
    route,
    operations.map((operation) => route.answers?.[operation]),
  );
  return schema ? { ...responses, 200: answerOf(schema) } : responses;
}

function answer(name: string): Part {
  return { $ref: `#/components/responses/${name}` };
}

function getOf(route: Route): Part {
  const parameters = [...steering(route), ...queryOf(route)];
  const found = { ...FOUND, ...unenveloped(route) };
  const offered = READS.filter((operation) => route[operation]);
  return { ...(parameters.length > 0 && { parameters }), responses: responsesOf(route, found, offered) };
}

function unenveloped({ plain, texts }: Route): Part {
  if (!texts) return plain ? { 200: answer('Plain') } : {};
  const content = Object.fromEntries(texts.map((type) => [type, { schema: { type: 'string' } }]));
  return { 200: { description: 'The answer, as text.', content } };
}

/** The parameters that turn a read into a list; required where the path has no other `GET`. */
function steering({ read, list, scan }: Route): Part[] {
  const offered = Object.entries({ list, scan }).filter(([, handler]) => handler);
  const required = !read && offered.length === 1;
  const schema = { type: 'boolean', ...(required && { const: true }) };
  return offered.map(([name]) => ({ name, in: 'query', required, schema }));
}

function queryOf({ fields = {}, query, write, patch }: Route): Part[] {
  const all = write || patch ? [] : Object.keys(fields);
  return parametersBy(query ?? all, fields);
}

function parametersBy(names: readonly string[], fields: Schema): Part[] {
  return names.map((name) => ({ name, in: 'query', schema: SCHEMAS[typeOf(fields[name] ?? 'any')] }));
}

function bodyOf({ fields, query = [], freeForm }: Route, type: string): Part {
  if (!fields && !freeForm) return {};
  const isPatch = type.includes('merge-patch');
  const sent = Object.entries(fields ?? {}).filter(([name]) => !query.includes(name));
  const properties = propertiesOf(sent, isPatch);
  const schema = { type: 'object', properties, ...(freeForm && { additionalProperties: true }) };
  return { requestBody: { content: { [type]: { schema } } } };
}

/** In a patch, `null` removes a value. */
function propertiesOf(fields: [string, Field][], isPatch: boolean): Part {
  return Object.fromEntries(
    fields.map(([name, field]) => {
      const schema = SCHEMAS[typeOf(field)];
      return [name, isPatch ? { anyOf: [schema, { type: 'null' }] } : schema];
    }),
  );
}

/** The types that clients should send. The weak conversions (contract §2.4) are not documented here. */
const SCHEMAS: Record<FieldType, Part> = {
  any: {},
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int: { type: 'integer' },
  duration: { type: ['string', 'integer'], description: 'Seconds, or a text such as 1h30m.' },
  list: {
    type: ['array', 'string'],
    items: { type: 'string' },
    description: 'A text is split at its commas.',
  },
  texts: {
    type: ['array', 'string'],
    items: { type: 'string' },
    description: 'A text is the only entry.',
  },
  ints: {
    type: ['array', 'string'],
    items: { type: 'integer' },
    description: 'A text is split at its commas.',
  },
  map: { type: 'object' },
  pairs: { type: 'object', additionalProperties: { type: 'string' } },
};

function securityOf({ open }: Route): Part {
  if (!open) return {};
  return { security: open === 'optional' ? [{}, ...TOKEN_NEEDED] : [] };
}

function slugOf(path: string): string {
  return path
    .split(/[^\w-]+/)
    .filter(Boolean)
    .join('-');
}
