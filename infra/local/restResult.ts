/** Converts the result of a function to an HTTP response, as a REST API with the Lambda proxy integration does. */

import type { ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { HOP_BY_HOP } from './restEvent.ts';

/** Thrown for a result that API Gateway refuses, too ("Malformed Lambda proxy response"). */
class MalformedResult extends Error {
  override name = 'MalformedResult';
}

/** Throws before anything is sent if API Gateway would refuse the result. */
export function sendResult(result: unknown, response: ServerResponse): void {
  const { statusCode, body, isBase64Encoded } = checkShape(result);
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  setHeaders(result as APIGatewayProxyResult, response);
  if (statusCode !== 204 && statusCode !== 304) response.setHeader('Content-Length', bytes.length);
  response.writeHead(statusCode).end(bytes);
}

function checkShape(result: unknown): APIGatewayProxyResult {
  const { statusCode, body } = (result ?? {}) as Partial<Record<keyof APIGatewayProxyResult, unknown>>;
  const validStatus =
    Number.isInteger(statusCode) && (statusCode as number) >= 200 && (statusCode as number) < 600;
  const validBody = body === undefined || body === null || typeof body === 'string';
  if (!validStatus || !validBody) throw new MalformedResult();
  return result as APIGatewayProxyResult;
}

/** A name in both `headers` and `multiValueHeaders` has the values of both. */
function setHeaders(
  { headers = {}, multiValueHeaders = {} }: APIGatewayProxyResult,
  response: ServerResponse,
) {
  try {
    response.setHeader('Content-Type', 'application/json');
    for (const name of new Set([...Object.keys(headers), ...Object.keys(multiValueHeaders)])) {
      if (HOP_BY_HOP.test(name)) continue;
      const values = [...(multiValueHeaders[name] ?? []), ...(name in headers ? [headers[name]] : [])].map(
        String,
      );
      response.setHeader(name, values.length === 1 ? (values[0] as string) : [...new Set(values)]);
    }
  } catch {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    throw new MalformedResult();
  }
}
