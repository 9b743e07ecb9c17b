/** Converts an HTTP request to the event that a REST API with the Lambda proxy integration passes to a function. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { LIST_IN_DISGUISE } from './listVerb.ts';
import type { Route } from './routes.ts';

/** Headers that concern one connection only. The gateway forwards them in neither direction. */
export const HOP_BY_HOP =
  /^(connection|expect|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i;

type Values = Record<string, string[]>;

/** The verb as the client sent it. */
export function methodOf(request: IncomingMessage): string {
  return request.method === LIST_IN_DISGUISE ? 'LIST' : (request.method ?? '');
}

/**
 * The path behind the stage, as the client sent it, percent-encoding included.
 * @param stage empty for an API with a domain of its own, whose clients write no stage
 * @returns undefined if the client has written another stage
 */
export function pathOf(request: IncomingMessage, stage: string): string | undefined {
  const { path } = splitTarget(request);
  if (stage === '') return path;
  return `${path}/`.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) || '/' : undefined;
}

/**
 * A REST API keeps the path encoded and decodes the query once. Every media type counts as binary, so the body is always
 * in base64. https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function toEvent(
  request: IncomingMessage,
  body: Buffer,
  { resource, path, pathParameters }: Route,
  stage: string,
): APIGatewayProxyEvent {
  const { path: sent, query } = splitTarget(request);
  const multiValueHeaders = headersOf(request);
  const multiValueQueryStringParameters = query === '' ? null : parametersOf(query);
  return {
    resource,
    path,
    httpMethod: methodOf(request),
    headers: lastOfEach(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: multiValueQueryStringParameters && lastOfEach(multiValueQueryStringParameters),
    multiValueQueryStringParameters,
    pathParameters,
    stageVariables: null,
    body: body.length === 0 ? null : body.toString('base64'),
    isBase64Encoded: true,
    requestContext: contextOf(request, resource, sent, stage),
  };
}

/** The target may be a whole URL, as in requests to a proxy. */
function splitTarget(request: IncomingMessage): { path: string; query: string } {
  const target = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(target) ?? [];
  return { path: path === '' ? '/' : path, query };
}

/** In a query `+` is a space (seen on AWS: aws/aws-cdk#19827), and a name without a value has the value "". */
function parametersOf(query: string): Values {
  return group([...new URLSearchParams(query)], (name) => name);
}

function headersOf(request: IncomingMessage): Values {
  const { rawHeaders } = request;
  const sent = rawHeaders.flatMap((name, i): [string, string][] =>
    i % 2 ? [] : [[name, rawHeaders[i + 1] ?? '']],
  );
  const forwarded: [string, string][] = [
    ['X-Forwarded-For', clientOf(request)],
    ['X-Forwarded-Proto', 'http'],
  ];
  const passed = [...sent, ...forwarded].filter(([name]) => !HOP_BY_HOP.test(name));
  return group(passed, (name) => name.toLowerCase());
}

/** Collects the values of each name under the first spelling of the name. */
function group(pairs: [string, string][], identityOf: (name: string) => string): Values {
  const groups = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of pairs) {
    const values = groups.get(identityOf(name))?.values;
    if (values) values.push(value);
    else groups.set(identityOf(name), { name, values: [value] });
  }
  return Object.fromEntries([...groups.values()].map(({ name, values }) => [name, values]));
}

function lastOfEach(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.at(-1) ?? '']));
}

function clientOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
}

function contextOf(
  request: IncomingMessage,
  resourcePath: string,
  path: string,
  stage: string,
): APIGatewayProxyEvent['requestContext'] {
  const now = new Date();
  return {
    accountId: '000000000000',
    apiId: 'local',
    authorizer: null,
    protocol: `HTTP/${request.httpVersion}`,
    httpMethod: methodOf(request),
    identity: {
      ...NO_IDENTITY,
      sourceIp: clientOf(request),
      userAgent: request.headers['user-agent'] ?? null,
    },
    path,
    stage: stage || 'local',
    requestId: randomUUID(),
    requestTime: now.toUTCString(),
    requestTimeEpoch: now.getTime(),
    resourceId: 'local',
    resourcePath,
  };
}

const NO_IDENTITY = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
};
