/** A Lambda behind the REST API: event in, answer out. */

import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Deps } from '../ports/deps.ts';
import type { Api } from './api.ts';
import { fromApiGateway, toApiGateway } from './apiGateway.ts';
import { handle } from './handle.ts';

export function serve(api: Api, deps: Deps): (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> {
  return async (event) => toApiGateway(await handle(fromApiGateway(event), api, deps));
}
