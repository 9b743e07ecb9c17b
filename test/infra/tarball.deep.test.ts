/** What others install: the tarball in an empty folder, and the image, whose steps are run in a folder. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, cp, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packTarball } from '../../infra/tarball/tarball.ts';
import { temporaryFolder } from '../local/support.ts';
import { HADOLINT, hasHadolint } from '../support/hadolint.ts';
import { ROOT } from './packageTemplate.ts';

/** An installation, and the start of a service, on a busy machine. */
const TIMEOUT_MS = 300_000;

const canLint = await hasHadolint();
const run = promisify(execFile);
const running: ChildProcess[] = [];

let tarball: string;
beforeAll(async () => {
  tarball = await packTarball();
}, TIMEOUT_MS);
afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
});

/** Starts a service of an installation. @returns its address */
async function serve(program: string, environment: Record<string, string>): Promise<string> {
  const child = spawn(program, { env: { PATH: process.env.PATH, PORT: '0', ...environment } });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  await expect.poll(() => output, { timeout: TIMEOUT_MS }).toContain('Ctrl-C stops it');
  return /export VAULT_ADDR='(.*?)'/.exec(output)?.[1] ?? '';
}

async function move(program: string, address: string): Promise<string> {
  const env = { PATH: process.env.PATH, VAULT_ADDR: address, VAULT_TOKEN: 'root' };
  const { stdout } = await run(program, ['move', 'secret', 'kv'], { env });
  return stdout;
}

describe('the tarball', { timeout: TIMEOUT_MS }, () => {
  it('gives an empty folder the command and the service, which need nothing else', async () => {
    const folder = await temporaryFolder();
    await run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: folder });
    const programs = join(folder, 'node_modules', '.bin');

    const { stdout } = await run(join(programs, 'remount'), ['--version']);
    const address = await serve(join(programs, 'remount-service'), { DATA_DIR: join(folder, 'data') });

    expect(stdout).toContain(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version);
    expect(await move(join(programs, 'remount'), address)).toContain('Moved secret/ to kv/');
    expect((await fetch(`${address}/ui/`)).status).toBe(200);
    const { dependencies } = JSON.parse(
      await readFile(join(folder, 'node_modules', 'remount', 'package.json'), 'utf8'),
    );
    expect(dependencies).toBeUndefined();
  });
});

describe('the image', { timeout: TIMEOUT_MS }, () => {
  const FOLDER = join(ROOT, 'infra', 'container');
  const dockerfile = () => readFile(join(FOLDER, 'Dockerfile'), 'utf8');

  /** Its instructions in their order. */
  async function instructions(): Promise<[name: string, rest: string][]> {
    const lines = (await dockerfile()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return lines.map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]);
  }

  it.skipIf(!canLint)('has nothing that hadolint complains about', async () => {
    await run(HADOLINT, [join(FOLDER, 'Dockerfile')]);
  });

  it('has the Node that the tests run', async () => {
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));

    expect(await dockerfile()).toContain(`FROM node:${devDependencies.node}-`);
  });

  it('is made of the tarball alone', async () => {
    const rules = (await readFile(join(FOLDER, 'Dockerfile.dockerignore'), 'utf8')).match(/^[^#\n].*/gm);

    expect(rules).toEqual(['*', '!.build/remount-*.tgz']);
    expect((await instructions()).filter(([name]) => name === 'COPY' || name === 'ADD')).toEqual([
      ['COPY', '.build/remount-*.tgz remount.tgz'],
    ]);
  });

  it('serves after its steps, and its data folder is private', async () => {
    const image = await temporaryFolder();
    const work = join(image, 'opt', 'remount');
    await mkdir(work, { recursive: true });
    const environment: Record<string, string> = {};
    let command: string[] = [];
    for (const [name, rest] of await instructions()) {
      if (name === 'COPY') await cp(tarball, join(work, rest.split(' ')[1] ?? ''));
      // Only root may give a folder away, and the image has that user.
      if (name === 'RUN')
        await run('sh', ['-ec', inFolder(rest, image).replace(/ && chown \S+ \S+$/, '')], { cwd: work });
      if (name === 'ENV')
        for (const pair of rest.split(' ')) environment[pair.split('=')[0] ?? ''] = pair.split('=')[1] ?? '';
      if (name === 'CMD') command = JSON.parse(rest);
    }
    environment.DATA_DIR = inFolder(environment.DATA_DIR ?? '', image);
    expect((await stat(environment.DATA_DIR)).mode & 0o777).toBe(0o700);

    const address = await serve(join(work, ...command), environment);

    expect(await move(join(work, 'node_modules', '.bin', 'remount'), address)).toContain(
      'Moved secret/ to kv/',
    );
    await access(join(environment.DATA_DIR, 'dynamodb.sqlite'));
  });

  /** The root of the image is a folder here. */
  function inFolder(text: string, image: string): string {
    return text.replace(/(^|\s)\/data\b/g, `$1${join(image, 'data')}`);
  }
});
