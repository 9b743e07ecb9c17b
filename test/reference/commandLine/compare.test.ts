import { describe, expect, it } from 'vitest';
import { differencesOf } from './compare.ts';

const output = (stdout: string, stderr = '', code = 0) => ({ code, stdout, stderr });

describe('two outputs', () => {
  it.each([
    ['ids', 'id  0b7ed0f5-9d5e-4a3c-9d07-0f5f0e4f8a5e', 'id  4c1e6f0a-57d1-49f0-8a2b-2f1a0c3d4e5f'],
    ['accessors', 'kv_1a2b3c4d  kv', 'kv_99999999  kv'],
    ['addresses', 'URL: GET http://127.0.0.1:8200/v1/a', 'URL: GET http://127.0.0.1:40000/v1/a'],
    ['widths of columns', 'Key      Value\n---      -----', 'Key  Value\n--   --'],
    ['times that run', 'ttl  59m59s\n768h', 'ttl  1h\n767h59m58s'],
    ['ids of namespaces', 'id  hvyMry\nmap[]  hvyMry  false', 'id  CVcHLg\nmap[]  CVcHLg  false'],
    ['seconds that run', '"ttl": 3575\nttl  1', '"ttl": 3600\nttl  1'],
  ])('are alike but for %s', (_, one, other) => {
    expect(differencesOf(output(one), output(other))).toEqual([]);
  });

  it.each([
    ['code', output('', '', 0), output('', '', 2), ['code 0 ≠ 2']],
    ['line', output('a\nb'), output('a\nc'), ['stdout < b', 'stdout > c']],
    ['line less', output('', 'a\nb'), output('', 'a'), ['stderr < b']],
    ['line more', output('a'), output('a\nb'), ['stdout > b']],
    ['order', output('a\nb'), output('b\na'), ['stdout has its lines in another order or number']],
    ['number of lines', output('a\na'), output('a'), ['stdout has its lines in another order or number']],
    ['version', output('v 1'), output('v 2'), ['stdout < v 1', 'stdout > v 2']],
    ['status', output('Code: 400'), output('Code: 404'), ['stdout < Code: 400', 'stdout > Code: 404']],
    ['time', output('ttl 59m'), output('ttl 1h'), ['stdout < ttl 3540', 'stdout > ttl 3600']],
  ])('differ by another %s', (_, one, other, differences) => {
    expect(differencesOf(one, other)).toEqual(differences);
  });
});
