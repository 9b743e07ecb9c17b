import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createListDisguise } from '../../infra/local/listVerb.ts';
import { leastTimeOf } from '../support/processorTime.ts';

describe('the disguise of the verb LIST', () => {
  const head = (verb: string, headers: string) =>
    `${verb} /v1/x HTTP/1.1\r\nHost: LIST /\r\n${headers}\r\n\r\n`;
  const byLength = (verb: string, body: string) => `${head(verb, `Content-Length: ${body.length}`)}${body}`;
  const inChunks = (verb: string, body: string) => {
    const chunks = body.match(/.{1,7}/gs) ?? [];
    const parts = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    return `${head(verb, 'transfer-encoding: chunked')}${parts.join('')}0\r\n\r\n`;
  };

  const body = fc.array(fc.constantFrom('LIST /', '\r\n', 'LIST', '0\r\n\r\n', 'x', '{}'), { maxLength: 20 });
  const messages = fc.array(
    fc.record({
      verb: fc.constantFrom('LIST', 'GET', 'LOCK', 'POST', 'LISTEN'),
      body: body.map((parts) => parts.join('')),
      framing: fc.constantFrom(byLength, inChunks),
    }),
    { maxLength: 6 },
  );

  /** Passes the bytes in pieces that end at the given offsets. */
  function disguise(bytes: string, cuts: number[] = []): string {
    const disguisePiece = createListDisguise();
    const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
    const pieces = ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end));
    return pieces.map((piece) => disguisePiece(Buffer.from(piece, 'latin1')).toString('latin1')).join('');
  }

  it('changes LIST in request lines and nothing else, wherever the bytes are split', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(5_000), { maxLength: 30 }), (sent, cuts) => {
        const bytes = sent.map(({ verb, body, framing }) => framing(verb, body)).join('');
        const expected = sent
          .map(({ verb, body, framing }) => framing(verb.replace('LIST', 'LINK'), body))
          .join('');

        expect(disguise(bytes, cuts)).toBe(expected);
      }),
    );
  });

  it('leaves empty lines before a request alone', () => {
    expect(disguise('\r\n\r\nLIST / HTTP/1.1\r\n\r\n')).toBe('\r\n\r\nLINK / HTTP/1.1\r\n\r\n');
  });

  it.each([
    ['a length that is no number', 'POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n'],
    ['a chunk without a size', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n'],
    ['an endless line', 'x'.repeat(70_000)],
  ])('changes nothing after %s', (_, bytes) => {
    const after = '\r\n\r\nLIST / HTTP/1.1\r\n\r\n';

    expect(disguise(bytes + after)).toBe(bytes + after);
  });

  it('takes time that grows with the length of a header, not with its square', () => {
    const withBlanks = (blanks: number) =>
      Buffer.from(`GET / HTTP/1.1\r\na: x${' '.repeat(blanks)}x\r\n\r\n`);
    const timeOf = (blanks: number) => leastTimeOf(() => createListDisguise()(withBlanks(blanks)));

    expect(timeOf(60_000)).toBeLessThan(50 + 6 * timeOf(15_000));
  });

  it('passes on any bytes, without losing any', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(createListDisguise()(Buffer.from(bytes)).length).toBe(bytes.length);
      }),
    );
  });
});
