/** Shortens a text to a number of bytes. Pure. */

/** The beginning of a text, of at most so many bytes, without a character that is cut in two. */
export function beginningOf(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  return Buffer.from(text)
    .subarray(0, bytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}

/** The text, or its beginning and an ellipsis, of at most so many bytes. */
export function shortened(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const end = '…';
  return beginningOf(text, bytes - Buffer.byteLength(end)) + end;
}
