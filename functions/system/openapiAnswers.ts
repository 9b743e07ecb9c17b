/** The answers of an operation in an OpenAPI document, as far as its row describes them. */

import { isCopied } from '../http/envelope.ts';
import type { Route } from '../http/route.ts';
import { type FieldType, Meant, type Shape, typeOf } from '../http/shape.ts';

type Part = Record<string, unknown>;

/**
 * The schema of the body that a method answers.
 * @param shapes those of the operations that share the method
 * @returns nothing where the row does not describe all of them
 */
export function bodySchema({ path, plain }: Route, shapes: (Shape | null | undefined)[]): Part | undefined {
  const described = shapes.filter((shape) => shape !== undefined);
  if (described.length === 0 || described.length < shapes.length) return undefined;
  const choices = described.flatMap((shape) => (shape && isChoice(shape) ? shape : [shape]));
  const schemas = [...new Set(choices)].map((shape) =>
    plain && shape ? schemaOf(shape) : envelopeWith(shape, isCopied(path)),
  );
  return schemas.length === 1 ? schemas[0] : { anyOf: schemas };
}

/** `data` may be null at every endpoint, because a wrapped answer has no data. */
function envelopeWith(shape: Shape | null, copied: boolean): Part {
  const data = shape ? schemaOf(shape) : undefined;
  const copies = copied ? (data?.properties as Part | undefined) : undefined;
  return {
    $ref: '#/components/schemas/Envelope',
    properties: { ...copies, data: data ? orNull(data) : NULL },
    unevaluatedProperties: (copied && data?.additionalProperties) || false,
  };
}

export function schemaOf(shape: Shape): Part {
  if (typeof shape === 'string' || shape instanceof Meant) return LEAVES[typeOf(shape)];
  if (isChoice(shape)) return { anyOf: shape.map((one) => (one === null ? NULL : schemaOf(one))) };
  return isArray(shape) ? { type: 'array', items: schemaOf(shape[0]) } : objectOf(shape);
}

function isArray(shape: Shape): shape is readonly [Shape, ...(Shape | null)[]] {
  return Array.isArray(shape);
}

function isChoice(shape: Shape): shape is readonly [Shape, ...(Shape | null)[]] {
  return isArray(shape) && shape.length > 1;
}

function objectOf(shape: Readonly<Record<string, Shape>>): Part {
  const { '*': rest, ...keys } = shape;
  const properties = Object.entries(keys).map(([key, inner]) => [key.replace('?', ''), schemaOf(inner)]);
  const required = Object.keys(keys).filter((key) => !key.endsWith('?'));
  return {
    type: 'object',
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required }),
    additionalProperties: rest === undefined ? false : schemaOf(rest),
  };
}

const NULL = { type: 'null' };

export function orNull(schema: Part): Part {
  return { anyOf: [schema, NULL] };
}

/** An answer has one type where a request may send a field in several. */
const LEAVES: Record<FieldType, Part> = {
  any: {},
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int: { type: 'integer' },
  duration: { type: 'integer', description: 'Seconds.' },
  list: { type: 'array', items: { type: 'string' } },
  texts: { type: 'array', items: { type: 'string' } },
  ints: { type: 'array', items: { type: 'integer' } },
  map: { type: 'object' },
  pairs: { type: 'object', additionalProperties: { type: 'string' } },
};
