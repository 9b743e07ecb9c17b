/** The resources of the REST API: selects the function for a request. */

export interface Route {
  functionName: string;
  /** Behind the stage. */
  path: string;
  /** The resource of the API, such as `/{proxy+}`. */
  resource: string;
  pathParameters: Record<string, string> | null;
}

/**
 * Selects as API Gateway does: by resource and verb together. All other requests go to the proxy resource (seen on
 * AWS: ministackorg/ministack#1423).
 */
export function routeOf(method: string, path: string): Route {
  return { path, ...targetOf(method, path) };
}

function targetOf(method: string, path: string): Omit<Route, 'path'> {
  const isStart = path === '/v1/sys/remount' && (method === 'POST' || method === 'PUT');
  if (isStart) return { functionName: 'remount', resource: path, pathParameters: null };
  const [, id] = /^\/v1\/sys\/remount\/status\/([^/]+)$/.exec(path) ?? [];
  if (id !== undefined && method === 'GET') {
    const resource = '/v1/sys/remount/status/{migration_id}';
    return { functionName: 'status', resource, pathParameters: { migration_id: id } };
  }
  if (method === 'GET' || method === 'HEAD') {
    // A trailing slash does not matter.
    if (path === '/' || path === '/ui' || path === '/ui/') {
      return { functionName: 'ui', resource: path === '/' ? path : '/ui', pathParameters: null };
    }
    const [, file] = /^\/ui\/(.+)$/.exec(path) ?? [];
    if (file) return { functionName: 'ui', resource: '/ui/{proxy+}', pathParameters: { proxy: file } };
  }
  if (path === '/') return { functionName: 'vault', resource: '/', pathParameters: null };
  return { functionName: 'vault', resource: '/{proxy+}', pathParameters: { proxy: path.slice(1) } };
}
