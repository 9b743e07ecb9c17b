/** What all operations of an OpenAPI document share: answers, headers, the token (contract §2). */

import { AUTH } from '../credentials/tokenAnswers.ts';
import { WRAP_INFO } from '../wrapping/wrapped.ts';
import { orNull, schemaOf } from './openapiAnswers.ts';

/** The two ways to send a token. */
export const TOKEN_NEEDED = [{ token: [] }, { bearer: [] }];

/** Some answers have their data at the top level, too, so more keys are allowed here. */
const ENVELOPE = {
  request_id: { type: 'string' },
  lease_id: { type: 'string' },
  renewable: { type: 'boolean' },
  lease_duration: { type: 'integer', description: 'Seconds.' },
  data: { type: ['object', 'null'] },
  wrap_info: orNull(schemaOf(WRAP_INFO)),
  warnings: { type: ['array', 'null'], items: { type: 'string' } },
  auth: orNull(schemaOf(AUTH)),
};

const [envelope, errors] = ['Envelope', 'Errors'].map((name) => ({ $ref: `#/components/schemas/${name}` }));

const ANSWER = 'The answer.';

export const COMPONENTS = {
  schemas: {
    Envelope: { type: 'object', required: Object.keys(ENVELOPE), properties: ENVELOPE },
    Errors: {
      type: 'object',
      required: ['errors'],
      properties: { errors: { type: 'array', items: { type: 'string' } } },
      additionalProperties: false,
    },
  },
  responses: {
    Answer: json(ANSWER, envelope),
    Plain: json(ANSWER, { type: 'object' }),
    Accepted: json('Accepted. The work may continue after the answer, and the body may be empty.', envelope),
    Nothing: { description: 'Done. The answer has no content.' },
    Refused: json('The request cannot be served as it is.', errors),
    Denied: json('The token, or the lack of one, does not allow it.', errors),
    NotFound: json('There is nothing here. The body may describe what was deleted.', {
      anyOf: [errors, envelope],
    }),
    Unsupported: json('The path has no such operation.', errors),
    Failed: json('The service cannot serve it now.', errors),
  },
  parameters: {
    Namespace: header('X-Vault-Namespace', 'The namespace that paths are relative to.', { type: 'string' }),
    WrapTtl: header('X-Vault-Wrap-TTL', 'How long the wrapped answer can be unwrapped.', {
      type: ['string', 'integer'],
    }),
  },
  securitySchemes: {
    token: { type: 'apiKey', in: 'header', name: 'X-Vault-Token' },
    bearer: { type: 'http', scheme: 'bearer' },
  },
};

export function answerOf(schema: unknown) {
  return json(ANSWER, schema);
}

function json(description: string, schema: unknown) {
  return { description, content: { 'application/json': { schema } } };
}

function header(name: string, description: string, schema: unknown) {
  return { name, in: 'header', description, schema };
}
