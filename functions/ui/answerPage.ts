/** Answers requests for the page, from files that the build has put into the function. */

import type { HttpResponse } from '../http/message.ts';

export interface PageFile {
  /** Its name below `/ui/`; empty for the page itself. Others carry a hash of their content in it. */
  name: string;
  type: string;
  text: string;
}

/** Nothing but what lies beside the page: no other host, no script or style inside the markup, no frame around it. */
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
 * @param path as sent, without the stage
 * @param fullPath as the client sees it, with the stage
 */
export function answerPage(files: readonly PageFile[], path: string, fullPath: string): HttpResponse {
  if (path === '/') return redirect(`${fullPath.replace(/\/$/, '')}/ui/`);
  // Relative, so that it holds behind any prefix.
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
