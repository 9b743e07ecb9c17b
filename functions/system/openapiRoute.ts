/** The endpoint that serves the OpenAPI document (contract §10). */

import { type Route, route } from '../http/route.ts';
import { type Described, openapiDocument } from './openapi.ts';

/** @param described told when it is asked for: this row is itself among what is described */
export function openapiRoute(described: () => Described): Route {
  return route({
    path: 'sys/internal/specs/openapi',
    plain: true,
    answers: { read: 'map' },
    read: async () => ({ plain: openapiDocument(described()) }),
  });
}
