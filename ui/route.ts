/**
 * The route: the part of the address after `#`, so that the browser's history and bookmarks work. What a list is filtered by
 * stands behind a `?` in it.
 */

import { useEffect, useState } from 'preact/hooks';

export interface Route {
  /** `#/migrations/<id>` → `['migrations', '<id>']`. */
  segments: string[];
  /** `#/migrations?status=failure` → `{ status: 'failure' }`. */
  query: Record<string, string>;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = () => setHash(location.hash);
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return {
    segments: path.split('/').filter(Boolean).map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** @param segments of the route */
export function linkTo(...segments: string[]): string {
  return `#/${segments.map(encodeURIComponent).join('/')}`;
}

/** @param query without what is empty */
export function linkToFiltered(segments: string[], query: Record<string, string>): string {
  const filled = Object.entries(query).filter(([, value]) => value !== '');
  const text = new URLSearchParams(filled).toString();
  return linkTo(...segments) + (text && `?${text}`);
}

export function goTo(...segments: string[]): void {
  location.hash = linkTo(...segments);
}

/** Changes the address without a new entry in the history: not every key press is a place to come back to. */
export function filterBy(segments: string[], query: Record<string, string>): void {
  history.replaceState(history.state, '', linkToFiltered(segments, query));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/**
 * Notes with each click how far the view is scrolled, in its entry of the history. Most clicks do not lead away, but one that
 * does is the last one before the view is gone.
 */
export function keepScroll(): void {
  history.scrollRestoration = 'manual';
  addEventListener('click', () => history.replaceState({ scroll: scrollY }, ''), { capture: true });
}

/** Scrolls a view that has just been rendered to where it was left, or to its top. */
export function restoreScroll(): void {
  scrollTo(0, Number(history.state?.scroll ?? 0));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
