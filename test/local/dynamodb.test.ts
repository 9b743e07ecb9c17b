import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { databaseFile } from '../../infra/local/dataFolder.ts';
import { type DynamoDB, startDynamoDB } from '../../infra/local/dynamodb.ts';
import { createTables, readTables } from '../../infra/local/tables.ts';
import { temporaryFolder } from './support.ts';

describe('the local DynamoDB', () => {
  const started: DynamoDB[] = [];
  afterEach(async () => {
    for (const dynamodb of started.splice(0)) await dynamodb.stop();
  });

  async function start(dataDir?: string) {
    const dynamodb = await startDynamoDB({ dataDir });
    started.push(dynamodb);
    const environment = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    };
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new DynamoDBClient({ region: 'us-east-1', endpoint: dynamodb.endpoint, credentials });
    return { client, environment, stop: () => dynamodb.stop() };
  }

  const key = { pk: { S: 'a' }, sk: { S: 'b' } };

  it('has the tables of the deployment, with their indexes and their time to live', async () => {
    const { client, environment } = await start();

    await createTables(await readTables(), environment);

    const { TableNames } = await client.send(new ListTablesCommand({}));
    expect(TableNames).toEqual(['access', 'leases', 'migrations', 'mounts', 'storage']);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'migrations' }));
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['open']);
    for (const TableName of TableNames ?? []) {
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(TimeToLiveDescription).toEqual({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
    }
  });

  it('keeps tables and items of a data folder over a restart', async () => {
    const dataDir = await temporaryFolder();
    const first = await start(dataDir);
    await createTables(await readTables(), first.environment);
    await first.client.send(new PutItemCommand({ TableName: 'mounts', Item: key }));
    await first.stop();

    const second = await start(dataDir);
    await createTables(await readTables(), second.environment);

    const { Item } = await second.client.send(new GetItemCommand({ TableName: 'mounts', Key: key }));
    expect(Item).toEqual(key);
  });

  it('takes the next number of a stream from an index, as the emulator asks for it', async () => {
    const highest = 'MAX(CAST(sequence_number AS INTEGER))';
    const emulator = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');
    expect((await readFile(emulator)).includes(highest)).toBe(true);
    const dataDir = await temporaryFolder();
    await start(dataDir);
    const database = new DatabaseSync(databaseFile(dataDir), { readOnly: true });
    onTestFinished(() => database.close());

    const [step] = database
      .prepare(`EXPLAIN QUERY PLAN SELECT ${highest} FROM _stream_records WHERE table_name = 'migrations'`)
      .all();

    expect(step?.detail).toBe('SEARCH _stream_records USING COVERING INDEX stream_by_number (table_name=?)');
  });

  it('refuses a data folder that another service uses, and takes it when that service has ended', async () => {
    const dataDir = await temporaryFolder();
    const first = await start(dataDir);

    await expect(start(dataDir)).rejects.toThrow(
      `the data folder ${dataDir} is in use by process ${process.pid}`,
    );

    await first.stop();
    await expect(start(dataDir)).resolves.toBeDefined();
  });

  it('takes a data folder whose last user died, even if another process has its id now', async () => {
    const dataDir = await temporaryFolder();
    await writeFile(join(dataDir, 'in-use.json'), JSON.stringify({ service: 1, emulator: process.pid }));

    await start(dataDir);

    const claim = JSON.parse(await readFile(join(dataDir, 'in-use.json'), 'utf8'));
    expect(claim).toMatchObject({ service: process.pid });
  });

  it.each([
    ['below a file', async (folder: string) => join(folder, 'in-use.json', 'data')],
    ['whose database is none', async (folder: string) => folder],
  ])('refuses a data folder %s with one line', async (_, folderIn) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'in-use.json'), '');
    await writeFile(join(folder, 'dynamodb.sqlite'), 'not a database at all'.repeat(100));

    const failure = await start(await folderIn(folder)).catch((error) => error);

    expect(failure.name).toBe('StartError');
    expect(failure.message).not.toContain('\n');
  });

  it('reports that the emulator died by itself', async () => {
    const dataDir = await temporaryFolder();
    let crashes = 0;
    started.push(await startDynamoDB({ dataDir, onCrash: () => crashes++ }));
    const { emulator } = JSON.parse(await readFile(join(dataDir, 'in-use.json'), 'utf8'));

    process.kill(emulator, 'SIGKILL');

    await expect.poll(() => crashes).toBe(1);
  });

  it('starts no emulator if a DynamoDB is given', async () => {
    const dynamodb = await startDynamoDB({ endpoint: 'http://dynamodb.example:8000' });

    expect(dynamodb.endpoint).toBe('http://dynamodb.example:8000');
    await dynamodb.stop();
  });

  it('can run several times at once, in memory', async () => {
    const services = await Promise.all(Array.from({ length: 8 }, () => start()));

    const endpoints = services.map(({ environment }) => environment.AWS_ENDPOINT_URL_DYNAMODB);
    expect(new Set(endpoints).size).toBe(8);
  });
});
