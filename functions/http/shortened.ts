/** Shortens a text that quotes what was sent. Pure. */

/** The text, or its beginning and an ellipsis, of at most so many bytes and without a character that is cut in two. */
export function shortened(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const end = '…';
  const kept = Buffer.from(text).subarray(0, bytes - Buffer.byteLength(end));
  return kept.toString('utf8').replace(/\uFFFD+$/, '') + end;
}
