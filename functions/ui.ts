/** Lambda: `GET /ui/` is the page for people. All it can do is hand out the files in its own bundle. */

import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { toApiGateway } from './gateway/apiGateway.ts';
import { answerPage, type PageFile } from './ui/answerPage.ts';

/** Put in by the build. */
declare const PAGE: readonly PageFile[];

export async function handler({
  path,
  requestContext,
}: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  return toApiGateway(answerPage(PAGE, path, requestContext.path));
}
