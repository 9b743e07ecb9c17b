/**
 * Finds the citations in the text of a file, and reports those that lead nowhere. Pure.
 *
 * Citations are numbered sections (`contract §2.4`, with a row of its table: `contract §1.1 #5`; `architecture §4`), the
 * rules R1 to R10, numbered decisions (`docs/decisions.md, 12`), paths of documents, and in Markdown files links to
 * files and headings.
 */

import { posix } from 'node:path';

/** Every text file of the repository by its path. */
export type Files = ReadonlyMap<string, string>;

const SECTION = String.raw`§\d+(?:\.\d+)*(?: #\d+)?`;
const SECTIONS = new RegExp(
  String.raw`\b(contract|architecture) (${SECTION}(?:(?:,| and| to) ${SECTION})*)`,
  'gi',
);
/** A section of another work, such as `RFC 9110 §13.1.2`. */
const FOREIGN = /\bRFC \d+ §\d+(?:\.\d+)*/g;
const LINK = /\]\(([^)\s]+)\)/g;

/** @returns a sentence for each citation of a file that leads nowhere */
export function brokenCitations(files: Files, path: string): string[] {
  const text = files.get(path) ?? '';
  const prose = unwrapped(text);
  const wrong = [
    ...brokenSections(files, path, prose),
    ...brokenRules(files, prose),
    ...brokenDecisions(files, prose),
    ...brokenPaths(files, prose),
    ...(path.endsWith('.md') ? brokenLinks(files, path, text) : []),
  ];
  return [...new Set(wrong)].map((citation) => `${path}: ${citation}`);
}

/** The number of citations in a text, so that a test can check that citations are found at all. */
export function citationsIn(text: string): number {
  const prose = unwrapped(text);
  return [SECTIONS, /\bR\d+\b/g, /\bdocs\/[\w-]+\.md\b/g, LINK].reduce(
    (sum, pattern) => sum + [...prose.matchAll(pattern)].length,
    0,
  );
}

/** The text with its lines joined and without comment markers, since a citation may continue on the next line. */
function unwrapped(text: string): string {
  return text.replace(/\s*\n\s*(?:\*(?!\/)|\/\/|#(?!#|\d))?\s*/g, ' ');
}

function brokenSections(files: Files, path: string, prose: string): string[] {
  const wrong: string[] = [];
  const own = /^docs\/(contract|architecture)\.md$/.exec(path)?.[1];
  const rest = prose.replace(FOREIGN, '').replace(SECTIONS, (_, name: string, list: string) => {
    wrong.push(...unknownIn(files, name.toLowerCase(), list));
    return '';
  });
  if (own !== undefined) return [...wrong, ...unknownIn(files, own, rest)];
  const bare = rest.match(/.{0,20}§[\d.]*/g) ?? [];
  return [...wrong, ...bare.map((citation) => `names no document: ${citation.trim()}`)];
}

/** The cited sections that a document does not have, and the cited rows that a section does not have. */
function unknownIn(files: Files, name: string, list: string): string[] {
  const document = files.get(`docs/${name}.md`) ?? '';
  return [...list.matchAll(/§(\d+(?:\.\d+)*)(?: #(\d+))?/g)]
    .filter(([, section, row]) => {
      const body = sectionOf(document, section as string);
      return body === undefined || (row !== undefined && !body.includes(`\n| ${row} |`));
    })
    .map(([citation]) => `${name} ${citation}`);
}

/** The text of a section without its subsections; nothing unless exactly one section has this number. */
function sectionOf(document: string, number: string): string | undefined {
  const own = document.split(/^#+ /m).filter((part) => new RegExp(`^${number}\\.? `).test(part));
  return own.length === 1 ? own[0] : undefined;
}

function brokenRules(files: Files, prose: string): string[] {
  const rules = sectionOf(files.get('docs/architecture.md') ?? '', '6') ?? '';
  return [...prose.matchAll(/\bR\d+\b/g)]
    .map(([rule]) => rule)
    .filter((rule) => !rules.includes(`\n| ${rule} |`));
}

function brokenDecisions(files: Files, prose: string): string[] {
  const decisions = files.get('docs/decisions.md') ?? '';
  return [...prose.matchAll(/\bdocs\/decisions\.md, (\d+)/g)]
    .filter(([, number]) => sectionOf(decisions, number as string) === undefined)
    .map(([citation]) => citation);
}

function brokenPaths(files: Files, prose: string): string[] {
  return [...prose.matchAll(/\bdocs\/[\w/-]+\.md(?:#[\w-]+)?/g)]
    .map(([citation]) => citation)
    .filter((citation) => !leadsSomewhere(files, citation));
}

function brokenLinks(files: Files, path: string, text: string): string[] {
  const links = [...text.matchAll(LINK)].map(([, to]) => to as string).filter((to) => !/^[a-z]+:/.test(to));
  return links.filter((to) => {
    const target = to.startsWith('#') ? path + to : posix.join(posix.dirname(path), to);
    return !leadsSomewhere(files, target);
  });
}

function leadsSomewhere(files: Files, citation: string): boolean {
  const [file = '', anchor] = citation.split('#');
  const text = files.get(file);
  return text !== undefined && (anchor === undefined || anchorsOf(text).has(anchor));
}

/** The anchors that GitHub gives the headings of a Markdown file. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of text.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm)) {
    const plain = (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    let anchor = plain;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${plain}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}
