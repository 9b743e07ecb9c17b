/** Answers requests for the page, with the files that the build has put into the function. */

import type { HttpResponse } from '../http/message.ts';

export interface PageFile {
  /** The path after `/ui/`; empty for the page itself. All other names contain a hash of the content. */
  name: string;
  type: string;
  text: string;
}

/** Allows only files from the same origin: no other host, no inline script or style, no frame around the page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

const FOREVER = 'public, max-age=31536000, immutable';

/**
 * @param path without the stage
 * @param prefix the stage, as clients write it before the path
 */
export function answerPage(files: readonly PageFile[], path: string, prefix: string): HttpResponse {
  if (path === '/') return redirect(`${prefix}/ui/`);
  // Relative, so that it works with any prefix.
  if (path === '/ui') return redirect('ui/');
  const file = files.find(({ name }) => path === `/ui/${name}`);
  if (!file) return answer(404, 'application/json', '{"errors":[]}\n', 'no-store');
  return answer(200, file.type, file.text, file.name === '' ? 'no-store' : FOREVER);
}

function redirect(Location: string): HttpResponse {
  return { status: 307, headers: { ...HEADERS, Location, 'Cache-Control': 'no-store' }, body: '' };
}

function answer(status: number, type: string, body: string, caching: string): HttpResponse {
  return { status, headers: { ...HEADERS, 'Content-Type': type, 'Cache-Control': caching }, body };
}
