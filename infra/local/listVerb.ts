/** Gets the verb LIST through Node's HTTP parser, which refuses it. Vault clients may send LIST. */

/** What the parser gets instead: as long as LIST, known to the parser, and not used by any Vault client. */
export const LIST_IN_DISGUISE = 'LINK';

type Part = 'request line' | 'headers' | 'chunk size' | 'trailers' | 'not understood';

const [S, T, N, K, LF] = Buffer.from('STNK\n') as unknown as [number, number, number, number, number];
const MAX_LINE_LENGTH = 64 * 1024;

/**
 * Creates a function that replaces LIST at the start of request lines. It must get all bytes of one connection, in
 * order. It follows the lengths of the messages (RFC 9112 §6), so it does not change bodies. Malformed messages pass
 * unchanged, and the parser refuses them.
 */
export function createListDisguise(): (bytes: Buffer) => Buffer {
  let part: Part = 'request line';
  let line = '';
  let bodyLength = 0;
  let chunked = false;
  /** Remaining bytes of a body, or of one chunk with its line end. */
  let left = 0;

  const nextPart = (): Part => {
    switch (part) {
      case 'request line':
        bodyLength = 0;
        chunked = false;
        return line === '' ? 'request line' : 'headers';
      case 'headers':
        if (line !== '') return readHeader();
        if (chunked) return 'chunk size';
        left = bodyLength;
        return 'request line';
      case 'chunk size':
        return readChunkSize();
      case 'trailers':
        return line === '' ? 'request line' : 'trailers';
      default:
        return part;
    }
  };

  const readHeader = (): Part => {
    const [name = ''] = line.split(':', 1);
    const value = line.slice(name.length + 1).trim();
    if (name.toLowerCase() === 'transfer-encoding') chunked = /\bchunked$/i.test(value);
    if (name.toLowerCase() !== 'content-length') return 'headers';
    bodyLength = Number(value);
    return /^\d+$/.test(value) ? 'headers' : 'not understood';
  };

  const readChunkSize = (): Part => {
    const [, size] = /^([0-9a-f]+)\s*(;|$)/i.exec(line) ?? [];
    if (size === undefined) return 'not understood';
    if (Number.parseInt(size, 16) === 0) return 'trailers';
    left = Number.parseInt(size, 16) + '\r\n'.length;
    return 'chunk size';
  };

  return (bytes) => {
    const disguised = Buffer.from(bytes);
    for (let at = 0; at < bytes.length && part !== 'not understood'; at++) {
      if (left > 0) {
        const skipped = Math.min(left, bytes.length - at);
        left -= skipped;
        at += skipped - 1;
        continue;
      }
      const byte = bytes[at] as number;
      if (part === 'request line' && line === 'LI' && byte === S) disguised[at] = N;
      if (part === 'request line' && line === 'LIS' && byte === T) disguised[at] = K;
      if (byte !== LF) {
        line += String.fromCharCode(byte);
        if (line.length > MAX_LINE_LENGTH) part = 'not understood';
        continue;
      }
      line = line.replace(/\r$/, '');
      part = nextPart();
      line = '';
    }
    return disguised;
  };
}
