/** Requests as API Gateway sends them to a function. */

export interface Request {
  method: string;
  /** Below `/v1/`. */
  path: string;
  token: string;
  body?: object;
}

export function apiEvent({ method, path, token, body }: Request): object {
  return {
    httpMethod: method,
    path: `/v1/${path}`,
    multiValueHeaders: { 'X-Vault-Token': [token] },
    multiValueQueryStringParameters: null,
    body: body ? JSON.stringify(body) : null,
    isBase64Encoded: false,
    requestContext: { requestId: 'measured', identity: { sourceIp: '127.0.0.1' } },
  };
}
