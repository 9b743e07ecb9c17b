import { describe, expect, it } from 'vitest';
import { flameOf } from './report/flame.ts';
import { processorTable } from './report/where.ts';
import { attribute } from './where/attribute.ts';
import type { WhereResult } from './where/figures.ts';
import type { ThreadProfile } from './where/inspector.ts';
import { partOf } from './where/parts.ts';
import { sourceFinder } from './where/sources.ts';

/** A thread in which each of these is seen for a millisecond: a file below which `node:net` works, or nothing. */
function thread(name: string, startTime: number, seen: (string | undefined)[]): ThreadProfile {
  const files = [...new Set(seen.filter((file) => file !== undefined))];
  const frame = (functionName: string, url: string) => ({
    functionName,
    url,
    lineNumber: 0,
    columnNumber: 0,
  });
  const nodes = [
    { id: 1, callFrame: frame('(root)', ''), children: [2, ...files.map((_, i) => 3 + i)] },
    { id: 2, callFrame: frame('(idle)', '') },
    ...files.map((file, i) => ({ id: 3 + i, callFrame: frame('work', file) })),
  ];
  const ids = [...seen, undefined].map((file) => (file === undefined ? 2 : 3 + files.indexOf(file)));
  return {
    thread: name,
    profile: { nodes, startTime, samples: ids, timeDeltas: [0, ...seen.map(() => 1_000)] },
  };
}

const found = ({ url }: { url: string }) => url || 'node';
const GATEWAY = 'infra/local/gateway.ts';
const OURS = 'functions/vault.ts';

describe('the time of requests', () => {
  it('is divided by the parts whose code runs', () => {
    const threads = [thread('main', 0, [GATEWAY, undefined]), thread('vault', 0, [undefined, OURS])];
    const { processor, passed } = attribute(threads, 2, found, () => 'read');
    expect(processor).toEqual({ read: { gateway: 0.5, ours: 0.5 } });
    expect(passed).toEqual({ read: { gateway: 0.5, ours: 0.5 } });
  });

  it('is shared by threads that work at the same time, and counts moments in which none does', () => {
    const threads = [thread('main', 0, [GATEWAY, undefined, GATEWAY]), thread('vault', 0, [OURS])];
    const { processor, passed } = attribute(threads, 1, found, () => 'read');
    expect(processor).toEqual({ read: { gateway: 2, ours: 1 } });
    expect(passed).toEqual({ read: { gateway: 1.5, ours: 0.5, waiting: 1 } });
  });

  it('is no more than what the system counts for the thread', () => {
    const threads = [thread('vault', 0, [OURS, GATEWAY])];
    const { processor, flame } = attribute(threads, 1, found, () => 'read', { vault: 0.5 });
    expect(processor).toEqual({ read: { ours: 0.25, gateway: 0.25 } });
    expect(flame.ms).toBe(0.5);
  });

  it('that Node takes by itself belongs to the stages of its thread, in the same proportion', () => {
    const threads = [thread('main', 0, [GATEWAY, 'infra/local/stateMachine.ts', 'node', GATEWAY])];
    const stageOf = (_: string, [source]: readonly string[]) =>
      source === 'node' ? undefined : source === GATEWAY ? 'remount' : 'switch';
    const { processor } = attribute(threads, 1, found, stageOf);
    expect(processor.remount?.node).toBeCloseTo(2 / 3);
    expect(processor.switch?.node).toBeCloseTo(1 / 3);
  });

  it.each([
    ['functions/gateway/handle.ts', '', 'ours'],
    ['node_modules/@smithy/core/dist-es/submodules/protocols/HttpProtocol.js', '', 'serialisation'],
    ['node_modules/@smithy/core/dist-es/submodules/endpoints/decideEndpoint.js', '', 'sdk'],
    ['node_modules/bcryptjs/index.js', '', 'hash'],
    ['infra/local/lambdaRuntime.ts', '', 'runtime'],
    ['infra/local/stepFunctions.ts', '', 'aws'],
    ['node:internal/streams/readable', 'read', 'sockets'],
    ['node', 'stringify', 'serialisation'],
    ['node', '(garbage collector)', 'collection'],
    ['node', 'toString', 'node'],
  ] as const)('in %s %s is that of the part %s', (source, functionName, part) => {
    expect(partOf(source, functionName)).toBe(part);
  });

  it('of a source without a map is that of the source', () => {
    const frame = { functionName: 'x', url: import.meta.url, lineNumber: 0, columnNumber: 0 };
    expect(sourceFinder()(frame)).toBe('test/bench/where.test.ts');
  });

  it('of the emulator is divided as that of the SDK is', () => {
    const operation = { processor: { remount: { sdk: 3 }, switch: { sdk: 1 } }, emulatorMs: 2 };
    const none = { processor: {}, emulatorMs: 0 };
    const seen = { read: none, login: none, status: none, remount: operation };
    expect(processorTable({ seen } as unknown as WhereResult)).toContain(
      '| emulator of DynamoDB | 0.00 | 0.00 | 0.00 | 1.50 | 0.50 | 0.00 |',
    );
  });
});

describe('a flame graph', () => {
  it('has boxes as wide as their time, each below its caller', () => {
    const { flame } = attribute([thread('vault', 0, [OURS, OURS, OURS, GATEWAY])], 1, found, () => 'read');
    const svg = flameOf('a < b', flame);
    const boxes = [...svg.matchAll(/class="box (\w+)" x="[\d.]+" y="(\d+)" width="([\d.]+)"/g)];
    expect(boxes.map(([, part, y, width]) => [part, Number(y), Number(width)])).toEqual([
      ['node', 76, 736],
      ['runtime', 96, 736],
      ['ours', 116, 552],
      ['gateway', 116, 184],
    ]);
    expect(svg).toContain('a &lt; b');
    expect(svg).toContain('vault.ts 3.00 ms');
  });
});
