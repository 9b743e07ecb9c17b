/** Converts the proxy events of API Gateway's REST API (version 1), which leaves paths percent-encoded. */

import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { HttpRequest, HttpResponse } from '../http/message.ts';

export function fromApiGateway(event: APIGatewayProxyEvent): HttpRequest {
  return {
    id: event.requestContext.requestId,
    method: event.httpMethod,
    rawPath: event.path,
    prefix: prefixOf(event),
    query: definedLists(event.multiValueQueryStringParameters ?? {}),
    headers: firstValues(event.multiValueHeaders ?? {}),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    sourceIp: event.requestContext.identity.sourceIp,
  };
}

/**
 * The stage, if clients write it: the path that they sent has it, and the path of the event never. With a custom domain
 * it is in neither.
 */
export function prefixOf({
  path,
  requestContext,
}: Pick<APIGatewayProxyEvent, 'path' | 'requestContext'>): string {
  const stage = `/${requestContext.stage}`;
  const { path: sent } = requestContext;
  return sent !== path && `${sent}/`.startsWith(`${stage}/`) ? stage : '';
}

export function toApiGateway({ status, headers, body }: HttpResponse): APIGatewayProxyResult {
  return { statusCode: status, headers, body, isBase64Encoded: false };
}

/** A name in several spellings is one header; its first value is that of the first spelling. */
function firstValues(headers: Record<string, string[] | undefined>): Record<string, string> {
  const all = new Map<string, string[]>();
  for (const [name, values = []] of Object.entries(headers)) {
    const key = name.toLowerCase();
    all.set(key, [...(all.get(key) ?? []), ...values]);
  }
  const first = [...all].map(
    ([name, values]) =>
      [name, (name === 'authorization' && values.find(isBearer)) || (values[0] ?? '')] as const,
  );
  return Object.fromEntries(first);
}

/** Of several `Authorization` headers the first one with a bearer token counts (contract §2.3). */
function isBearer(value: string): boolean {
  return value.startsWith('Bearer ');
}

function definedLists(lists: Record<string, string[] | undefined>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values ?? []]));
}
