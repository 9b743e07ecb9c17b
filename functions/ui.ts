/** Lambda: `GET /ui/` serves the page. It can only return the files in its own bundle. */

import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { prefixOf, toApiGateway } from './gateway/apiGateway.ts';
import { answerPage, type PageFile } from './ui/answerPage.ts';

/** Inserted by the build. */
declare const PAGE: readonly PageFile[];

export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  return toApiGateway(answerPage(PAGE, event.path, prefixOf(event)));
}
