import { beforeAll, describe, expect, it } from 'vitest';
import { answerPage, type PageFile } from '../../functions/ui/answerPage.ts';
import { buildPage } from '../../infra/page.ts';

let files: PageFile[];
beforeAll(async () => {
  files = await buildPage();
});

const answer = (path: string, stage = '') => answerPage(files, path, stage);

describe('the function of the page', () => {
  it('serves the page, which is not cached, and its parts, which are', () => {
    const page = answer('/ui/');
    const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => part as string);

    expect(page).toMatchObject({ status: 200, headers: { 'Cache-Control': 'no-store' } });
    expect(parts).toHaveLength(3);
    for (const part of parts) {
      expect(part).toMatch(/^\w+-[A-Z0-9]{8}\.(js|css|svg)$/);
      const { status, headers } = answer(`/ui/${part}`);
      expect({ status, cache: headers['Cache-Control'] }).toEqual({
        status: 200,
        cache: 'public, max-age=31536000, immutable',
      });
      expect(headers['Content-Type']).toMatch(/^(text\/(javascript|css); charset=utf-8|image\/svg\+xml)$/);
    }
  });

  it('forbids foreign scripts and frames in every answer', () => {
    for (const path of ['/', '/ui', '/ui/', '/ui/nothing']) {
      const { headers } = answer(path);
      const policy = headers['Content-Security-Policy']?.split('; ') ?? [];

      expect(policy[0]).toBe("default-src 'none'");
      expect(policy).toEqual(
        expect.arrayContaining(["script-src 'self'", "style-src 'self'", "connect-src 'self'"]),
      );
      expect(policy).toEqual(
        expect.arrayContaining(["form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"]),
      );
      expect(policy.join()).not.toMatch(/unsafe|http|\*/);
      expect(headers).toMatchObject({
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
      });
    }
  });

  it.each([
    ['/ui', '', 'ui/', '/ui/'],
    ['/ui', '/prod', 'ui/', '/prod/ui/'],
    ['/', '', '/ui/', '/ui/'],
    ['/', '/prod', '/prod/ui/', '/prod/ui/'],
  ])('redirects %s of the stage "%s" to %s', (path, stage, location, arrives) => {
    const { status, headers } = answer(path, stage);

    expect({ status, location: headers.Location }).toEqual({ status: 307, location });
    expect(new URL(location, `https://host${stage}${path}`).pathname).toBe(arrives);
  });

  it.each(['/ui/nothing', '/ui/page.ts', '/ui/../serverless.yml', '/ui//', '/uix', '/v1/sys/mounts'])(
    'answers 404 for %s',
    (path) => {
      expect(answer(path)).toMatchObject({ status: 404, body: '{"errors":[]}\n' });
    },
  );

  it('has no links to other hosts, and no inline script or style', () => {
    const [page, ...parts] = files;

    expect(page?.text).not.toMatch(/<style|\son\w+=|\sstyle=|<script(?![^>]*\ssrc=)/);
    const named = files.flatMap(({ text }) => text.match(/https?:\/\/[^"'`\s)]+/g) ?? []);
    expect(named.filter((url) => !url.startsWith('http://www.w3.org/'))).toEqual([]);
    // A library that the page does not need would show here.
    expect(parts.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(125_000);
  });
});
