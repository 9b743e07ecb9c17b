import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const MAX_LINES = 300;

/** The folders of `functions/`, from the top floor down. Nothing below knows anything above. */
const ROOMS = [
  // The edge to Lambda.
  'lambda',
  'ui',
  // What the product does.
  'system',
  'schedules',
  'events',
  'bulk',
  'remount',
  // The mounts it keeps itself.
  'teardown',
  'gateway',
  'cubbyhole',
  'wrapping',
  'engines',
  'credentials',
  'policies',
  'tree',
  // What all of them speak with.
  'http',
  'adapters',
  'store',
  'ports',
];

/** What the service tells its clients, by which they are compiled. */
const ANSWERS = ['functions/bulk/answers.ts', 'functions/remount/answers.ts'];

const EXPORTED = /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm;

/** Numbers that bound nothing: what a move costs, and how long one takes. */
const NO_LIMITS = new Set([
  'LEASES_A_SECOND',
  'PLAIN_MOVE_S',
  'PLAIN_TRANSITIONS',
  'REVOKING_TRANSITIONS',
  'SECONDS_PER_GROUP',
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

/** What a file imports: files of the repository by their path, packages by their name. */
function importsOf(file: string, text: string): string[] {
  const found = [...text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';/gms)].map(
    ([, from]) => from as string,
  );
  return found.map((from) => (from.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), from)) : from));
}

/** What a file imports that it also loads: `import type` vanishes when it is compiled. */
function codeOf(file: string): string[] {
  return importsOf(file, (sources.get(file) ?? '').replace(/^import type\s[^;]*;/gm, ''));
}

/** The files of other folders that those of a folder import. */
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

/** The floor of a file, from the top: above all rooms are the entries and what puts them together, below all the limits. */
function floorOf(file: string): number {
  const [top, room = ''] = file.split('/');
  if (top !== 'functions' || file === 'functions/limits.ts') return ROOMS.length;
  return ROOMS.indexOf(room);
}

/** Entries are the deployed functions: what exports a handler. */
function entries(): string[] {
  const topLevel = [...sources].filter(([file]) => dirname(file) === 'functions');
  return topLevel
    .filter(([, text]) => /export (const|(async )?function) handler\b/.test(text))
    .map(([file]) => file);
}

/** The domain: what knows nothing of AWS, the environment, the clock or chance. */
function domain(): [string, string][] {
  const edge = ['functions/adapters/', 'functions/lambda/', 'functions/deps.ts', ...entries()];
  return inFolder('functions').filter(([file]) => !edge.some((start) => file.startsWith(start)));
}

describe('the layout', () => {
  it('has entries that nobody imports', () => {
    const imported = new Set([...imports.values()].flat());
    expect(entries().filter((entry) => imported.has(entry))).toEqual([]);
    expect(entries().length).toBeGreaterThan(5);
  });

  it('has no entry that hands an error to AWS as it is', () => {
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

  it('keeps SDK, environment, clock and chance out of the domain', () => {
    const outside =
      /@aws-sdk\/|process\.env|Date\.now\(|new Date\(\)|Math\.random|randomUUID|randomBytes|setTimeout/;
    const offenders = domain().filter(([, text]) => outside.test(text.replace(/^\s*(\*|\/\/).*$/gm, '')));
    expect(offenders.map(([file]) => file)).toEqual([]);
  });

  it('has rooms that import only what is below them', () => {
    const upward = inFolder('functions').flatMap(([file]) =>
      (imports.get(file) ?? []).filter((from) => floorOf(from) < floorOf(file)).map((from) => [file, from]),
    );
    // A call names who makes it and the mount it is for: types alone, which are nothing at run time.
    const named = ['credentials/caller', 'tree/mount', 'tree/mountType', 'tree/namespace'];
    expect(upward).toEqual(named.map((of) => ['functions/http/route.ts', `functions/${of}.ts`]));
    const text = sources.get('functions/http/route.ts') ?? '';
    for (const of of named) expect(text).toMatch(new RegExp(`import type [^;]*/${of}\\.ts'`));
  });

  it('knows every room', async () => {
    const folders = await readdir(join(ROOT, 'functions'), { withFileTypes: true });
    const rooms = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(rooms.toSorted()).toEqual(ROOMS.toSorted());
  });

  it('lets the command line know the service by HTTP alone, and the types of what it answers', () => {
    const foreign = inFolder('cli').filter(([file]) =>
      codeOf(file).some((from) => !from.startsWith('cli/') && !from.startsWith('node:')),
    );
    expect(foreign.map(([file]) => file)).toEqual([]);
    expect(typesOfOthers('cli')).toEqual(ANSWERS);
    expect(usersOf('cli')).toEqual([]);
  });

  it('lets the page know the service by HTTP alone, and the types of what it answers', () => {
    const foreign = inFolder('ui').filter(([file]) =>
      codeOf(file).some((from) => !/^(ui\/|preact|htm$)/.test(from)),
    );
    expect(foreign.map(([file]) => file)).toEqual([]);
    expect(typesOfOthers('ui')).toEqual(ANSWERS);
    expect(usersOf('ui')).toEqual([]);
  });

  it('has no file in a circle of imports', () => {
    expect([...sources.keys()].filter((file) => reaches(file, file))).toEqual([]);
  });

  it('has no file that is long or merely passes on others', () => {
    const long = inFolder('cli', 'functions', 'infra', 'ui').filter(
      ([, text]) => text.split('\n').length > MAX_LINES,
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
    const others = inFolder('functions').filter(([file]) => file !== 'functions/limits.ts');
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

  it('leaves nothing focused, skipped or to be done', () => {
    const undone = /\b(TODO|FIXME|XXX)\b|\b(it|test|describe)\.(only|skip|todo)\b/;
    const others = [...sources].filter(([file]) => file !== 'test/layout.test.ts');
    expect(others.filter(([, text]) => undone.test(text)).map(([file]) => file)).toEqual([]);
  });
});

/** Whether following the imports of one file leads to the other; type imports count, too. */
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
