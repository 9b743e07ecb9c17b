/** Which function a request is for: the resources of the REST API. */

export interface Route {
  functionName: string;
  /** The resource of the API, such as `/{proxy+}`. */
  resource: string;
  pathParameters: Record<string, string> | null;
}

/**
 * As API Gateway chooses: by resource and verb together, and whatever no resource takes goes to the proxy (seen on AWS:
 * ministackorg/ministack#1423).
 */
export function routeOf(method: string, path: string): Route {
  const isStart = path === '/v1/sys/remount' && (method === 'POST' || method === 'PUT');
  if (isStart) return { functionName: 'remount', resource: path, pathParameters: null };
  const [, id] = /^\/v1\/sys\/remount\/status\/([^/]+)$/.exec(path) ?? [];
  if (id !== undefined && method === 'GET') {
    const resource = '/v1/sys/remount/status/{migration_id}';
    return { functionName: 'status', resource, pathParameters: { migration_id: id } };
  }
  if (method === 'GET' || method === 'HEAD') {
    // A slash at the end makes no difference to the choice.
    if (path === '/' || path === '/ui' || path === '/ui/') {
      return { functionName: 'ui', resource: path === '/' ? path : '/ui', pathParameters: null };
    }
    const [, file] = /^\/ui\/(.+)$/.exec(path) ?? [];
    if (file) return { functionName: 'ui', resource: '/ui/{proxy+}', pathParameters: { proxy: file } };
  }
  if (path === '/') return { functionName: 'vault', resource: '/', pathParameters: null };
  return { functionName: 'vault', resource: '/{proxy+}', pathParameters: { proxy: path.slice(1) } };
}
