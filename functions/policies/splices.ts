/** Changes of a text at several places, and how to take them back. Pure. */

/** A part of a text: the index of its first character, and that of the first one behind it. */
export interface Span {
  start: number;
  end: number;
}

/** A part of a text, and what is to stand there instead. */
export interface Splice extends Span {
  text: string;
}

/** @param splices of this text; they do not overlap */
export function spliced(text: string, splices: readonly Splice[]): string {
  let result = '';
  let end = 0;
  for (const splice of inOrder(splices)) {
    result += text.slice(end, splice.start) + splice.text;
    end = splice.end;
  }
  return result + text.slice(end);
}

/** The splices of the changed text that give the text before. */
export function reversed(text: string, splices: readonly Splice[]): Splice[] {
  let moved = 0;
  return inOrder(splices).map(({ start, end, text: changed }) => {
    const back = { start: start + moved, end: start + moved + changed.length, text: text.slice(start, end) };
    moved += changed.length - (end - start);
    return back;
  });
}

function inOrder(splices: readonly Splice[]): Splice[] {
  return splices.toSorted((a, b) => a.start - b.start);
}
