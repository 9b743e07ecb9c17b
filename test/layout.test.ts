import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const MAX_LINES = 300;

/** All limits, one after the other: a list may be long. */
const LIMITS = 'functions/limits.ts';

/** The folders of `functions/`, from top to bottom. A folder imports only from folders below it. */
const FOLDERS = [
  // The edge to Lambda.
  'lambda',
  'ui',
  // What the product does.
  'system',
  'schedules',
  'events',
  'bulk',
  'cluster',
  'remount',
  // The mounts that it serves itself.
  'teardown',
  'gateway',
  'cubbyhole',
  'wrapping',
  'engines',
  'credentials',
  'policies',
  'tree',
  // What all of them use.
  'http',
  'adapters',
  'store',
  'ports',
];

/** What the page writes is read by the service. */
const CSV_WRITER = 'functions/bulk/csvLine.ts';

/** The types of the service's answers, which its clients import. */
const ANSWERS = [
  'functions/bulk/answers.ts',
  'functions/remount/answers.ts',
  'functions/schedules/answers.ts',
];

const EXPORTED = /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm;

/** Numbers that bound nothing: what a move costs, and how long one takes. */
const NO_LIMITS = new Set([
  'CLUSTER_LEASES_A_SECOND',
  'FEW_PATHS',
  'FEW_PATTERNS',
  'LEASES_A_SECOND',
  'PLAIN_MOVE_S',
  'PLAIN_TRANSITIONS',
  'REVOKING_TRANSITIONS',
  'SECONDS_PER_GROUP',
  'SECONDS_PER_MOVE',
  'WRITES_BESIDE_TREE',
]);

/** File, relative to the repository → its text. */
let sources: Map<string, string>;
let imports: Map<string, string[]>;

beforeAll(async () => {
  const files = await Promise.all(['cli', 'functions', 'infra', 'test', 'ui'].map(sourcesBelow));
  const texts = files.flat().map(async (file) => [file, await readFile(join(ROOT, file), 'utf8')] as const);
  sources = new Map(await Promise.all(texts));
  imports = new Map([...sources].map(([file, text]) => [file, importsOf(file, text)]));
});

async function sourcesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true });
  return entries.filter((file) => /\.tsx?$/.test(file)).map((file) => join(folder, file));
}

/** The imports of a file: files of the repository by path, packages by name. */
function importsOf(file: string, text: string): string[] {
  const found = [...text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';/gms)].map(
    ([, from]) => from as string,
  );
  return found.map((from) => (from.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), from)) : from));
}

/** The imports of a file that are loaded at run time: the compiler removes `import type`. */
function codeOf(file: string): string[] {
  return importsOf(file, (sources.get(file) ?? '').replace(/^import type\s[^;]*;/gm, ''));
}

/** The files of other folders that the files of a folder import. */
function typesOfOthers(folder: string): string[] {
  const imported = inFolder(folder).flatMap(([file]) => imports.get(file) ?? []);
  const others = imported.filter((from) => sources.has(from) && !from.startsWith(`${folder}/`));
  return [...new Set(others)].toSorted();
}

/** The files of the service that import a client of it. */
function usersOf(client: string): string[] {
  const users = inFolder('functions', 'infra').filter(([file]) =>
    imports.get(file)?.some((from) => from.startsWith(`${client}/`)),
  );
  return users.map(([file]) => file);
}

function inFolder(...folders: string[]): [string, string][] {
  return [...sources].filter(([file]) => folders.some((folder) => file.startsWith(`${folder}/`)));
}

/** The level of a file, from the top: the entries and `deps.ts` are above all folders, `limits.ts` is below them. */
function levelOf(file: string): number {
  const [top, folder = ''] = file.split('/');
  if (top !== 'functions' || file === LIMITS) return FOLDERS.length;
  return FOLDERS.indexOf(folder);
}

/** The entries of the deployed functions: files that export a handler. */
function entries(): string[] {
  const topLevel = [...sources].filter(([file]) => dirname(file) === 'functions');
  return topLevel
    .filter(([, text]) => /export (const|(async )?function) handler\b/.test(text))
    .map(([file]) => file);
}

/** The files of the domain, which must not use AWS, the environment, the clock or random numbers. */
function domain(): [string, string][] {
  const edge = ['functions/adapters/', 'functions/lambda/', 'functions/deps.ts', ...entries()];
  return inFolder('functions').filter(([file]) => !edge.some((start) => file.startsWith(start)));
}

describe('the layout', () => {
  it('has entries that no file imports', () => {
    const imported = new Set([...imports.values()].flat());
    expect(entries().filter((entry) => imported.has(entry))).toEqual([]);
    expect(entries().length).toBeGreaterThan(5);
  });

  it('has no entry that passes an error to AWS unchanged', () => {
    const said = /export const handler = (apiHandler|discreetly)\(/;
    const open = entries().filter((entry) => !said.test(sources.get(entry) ?? ''));
    expect(open).toEqual(['functions/ui.ts']);
  });

  it('lets only deps.ts use the adapters', () => {
    const users = inFolder('functions').filter(
      ([file]) =>
        !file.startsWith('functions/adapters/') &&
        file !== 'functions/deps.ts' &&
        imports.get(file)?.some((from) => from.startsWith('functions/adapters/')),
    );
    expect(users.map(([file]) => file)).toEqual([]);
  });

  it('keeps SDK, environment, clock and random numbers out of the domain', () => {
    const outside =
      /@aws-sdk\/|process\.env|Date\.now\(|new Date\(\)|Math\.random|randomUUID|randomBytes|setTimeout/;
    const offenders = domain().filter(([, text]) => outside.test(text.replace(/^\s*(\*|\/\/).*$/gm, '')));
    expect(offenders.map(([file]) => file)).toEqual([]);
  });

  it('has folders that import only from folders below them', () => {
    const upward = inFolder('functions').flatMap(([file]) =>
      (imports.get(file) ?? []).filter((from) => levelOf(from) < levelOf(file)).map((from) => [file, from]),
    );
    // A call has its caller, its mount, and the alias that has led there. These are type imports, which do not exist at run time.
    const named = ['credentials/caller', 'tree/alias', 'tree/mount', 'tree/mountType', 'tree/namespace'];
    expect(upward).toEqual(named.map((of) => ['functions/http/route.ts', `functions/${of}.ts`]));
    const text = sources.get('functions/http/route.ts') ?? '';
    for (const of of named) expect(text).toMatch(new RegExp(`import type [^;]*/${of}\\.ts'`));
  });

  it('knows every folder', async () => {
    const folders = await readdir(join(ROOT, 'functions'), { withFileTypes: true });
    const found = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(found.toSorted()).toEqual(FOLDERS.toSorted());
  });

  it('lets the command line use the service only through HTTP and the types of its answers', () => {
    const foreign = inFolder('cli').filter(([file]) =>
      codeOf(file).some((from) => !/^(cli\/|node:|diff$|https?-proxy-agent$|proxy-from-env$)/.test(from)),
    );
    expect(foreign.map(([file]) => file)).toEqual([]);
    expect(ANSWERS).toEqual(expect.arrayContaining(typesOfOthers('cli')));
    expect(usersOf('cli')).toEqual([]);
  });

  it('lets the page use the service only through HTTP, the types of its answers, and its writer of CSV', () => {
    const foreign = inFolder('ui').filter(([file]) =>
      codeOf(file).some((from) => from !== CSV_WRITER && !/^(ui\/|preact|htm$|diff$)/.test(from)),
    );
    expect(foreign.map(([file]) => file)).toEqual([]);
    expect([...ANSWERS, CSV_WRITER]).toEqual(expect.arrayContaining(typesOfOthers('ui')));
    expect(imports.get(CSV_WRITER)).toEqual([]);
    expect(usersOf('ui')).toEqual([]);
  });

  it('has no import cycle', () => {
    expect([...sources.keys()].filter((file) => reaches(file, file))).toEqual([]);
  });

  it('has no long file, and none that only re-exports others', () => {
    const long = inFolder('cli', 'functions', 'infra', 'ui').filter(
      ([file, text]) => file !== LIMITS && text.split('\n').length > MAX_LINES,
    );
    expect(long.map(([file]) => file)).toEqual([]);
    expect([...sources.keys()].filter((file) => /(^|\/)(index|utils?|helpers?)\.tsx?$/.test(file))).toEqual(
      [],
    );
  });

  it('has one definition of each exported name', () => {
    const homes = new Map<string, string[]>();
    for (const [file, text] of inFolder('functions')) {
      if (entries().includes(file)) continue;
      for (const [, name = ''] of text.matchAll(EXPORTED))
        homes.set(name, [...(homes.get(name) ?? []), file]);
    }
    expect([...homes].filter(([, files]) => files.length > 1)).toEqual([]);
  });

  it('throws an error where it is made, unless several callers share it', () => {
    const texts = inFolder('functions').map(([, text]) => text.replace(/^import [^;]*;/gms, ''));
    const callsOf = (name: string) => texts.join('').split(new RegExp(`\\b${name}\\(`)).length - 2;
    const factories = inFolder('functions')
      // Its order is that of the checks of a remount, so a text has its place there.
      .filter(([file]) => /errors\.ts$/i.test(file) && file !== 'functions/remount/errors.ts')
      .flatMap(([, text]) => [...text.matchAll(/^export function (\w+)/gm)].map(([, name = '']) => name));
    expect(factories.filter((name) => callsOf(name) < 2)).toEqual([]);
  });

  it('has every limit in one file', () => {
    const others = inFolder('functions').filter(([file]) => file !== LIMITS);
    const limits = others.flatMap(([file, text]) =>
      [...text.matchAll(/^(?:export )?const ([A-Z][A-Z0-9_]+) = [0-9]/gm)].map(([, name = '']) => [
        file,
        name,
      ]),
    );
    expect(limits.filter(([, name = '']) => !NO_LIMITS.has(name))).toEqual([]);
  });

  it('opens each source file with a sentence that says what it is', () => {
    const silent = inFolder('cli', 'functions', 'infra', 'ui').filter(([, text]) => !text.startsWith('/**'));
    expect(silent.map(([file]) => file)).toEqual([]);
  });

  it('has no focused or skipped test, and no open task', () => {
    const undone = /\b(TODO|FIXME|XXX)\b|\b(it|test|describe)\.(only|skip|todo)\b/;
    const others = [...sources].filter(([file]) => file !== 'test/layout.test.ts');
    expect(others.filter(([, text]) => undone.test(text)).map(([file]) => file)).toEqual([]);
  });
});

/** Whether the imports of one file lead to the other, directly or not. Type imports count, too. */
function reaches(from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [...(imports.get(from) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(imports.get(next) ?? []));
  }
  return false;
}
