import { request as httpRequest } from 'node:http';
import { CreateScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientSettings } from '../../infra/local/clientSettings.ts';
import { type Service, startService } from '../../infra/local/service.ts';
import { isSigned, signedHeaders } from '../../infra/local/signature.ts';

/** The AWS services that the local service starts. */
const SERVICES = ['SFN', 'EVENTBRIDGE', 'SCHEDULER', 'SQS'];

describe('the AWS services of the local service', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service?.stop());

  const endpointOf = (name: string) => service.environment[`AWS_ENDPOINT_URL_${name}`] as string;
  /** A schedule that would make a root token that the sender has chosen. */
  const ATTACK = {
    GroupName: 'remount',
    ScheduleExpression: 'rate(1 minute)',
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    Target: {
      Arn: 'arn:aws:lambda:us-east-1:000000000000:function:bootstrap',
      RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
      Input: JSON.stringify({ token: 'chosen-by-a-page', replace: true }),
    },
  };
  const send = (endpoint: string, path: string, headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      httpRequest(new URL(path, endpoint), { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end(JSON.stringify(ATTACK));
    });
  const schedules = async () => {
    const client = new SchedulerClient(clientSettings(service.environment, 'SCHEDULER'));
    const { Schedules = [] } = await client
      .send(new ListSchedulesCommand({ GroupName: 'remount' }))
      .finally(() => client.destroy());
    return Schedules;
  };

  it('make no schedule for a page in a browser', async () => {
    const page = { Origin: 'http://evil.example', 'Content-Type': 'text/plain' };

    expect(await send(endpointOf('SCHEDULER'), '/schedules/evil', page)).toBe(403);

    expect(await schedules()).toEqual([]);
  });

  it.each(SERVICES)(
    'refuse requests without a signature, for another host, or from a page: %s',
    async (name) => {
      const settings = clientSettings(service.environment, name);
      const url = new URL(settings.endpoint);
      const signed = await signedHeaders(url, 'any', settings);
      const stranger = { ...settings, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
      const rebound = new URL(`http://evil.example:${url.port}/`);

      for (const headers of [
        {},
        { Authorization: 'AWS4-HMAC-SHA256 Credential=local/x' },
        await signedHeaders(url, 'any', stranger),
        { ...(await signedHeaders(rebound, 'any', settings)) },
        { ...signed, Origin: 'http://evil.example' },
        { ...signed, Origin: url.origin },
      ])
        expect((await statusOf(settings.endpoint, headers)).status, JSON.stringify(headers)).toBe(403);
      expect((await statusOf(settings.endpoint, signed)).status).not.toBe(403);
    },
  );

  const statusOf = (endpoint: string, headers: Record<string, string>) =>
    new Promise<{ status: number | undefined }>((resolve, reject) => {
      httpRequest(endpoint, { headers }, (response) => {
        response.resume();
        resolve({ status: response.statusCode });
      })
        .once('error', reject)
        .end();
    });

  it('let the scheduler wake no function but the one that its role may invoke', async () => {
    const client = new SchedulerClient(clientSettings(service.environment, 'SCHEDULER'));
    const command = new CreateScheduleCommand({ Name: 'signed', ...ATTACK });

    const refusal = client.send(command).finally(() => client.destroy());

    await expect(refusal).rejects.toThrow('The role may not invoke');
    expect(await schedules()).toEqual([]);
  });

  it('have another secret in each service, and the emulator an address of its own', async () => {
    const other = await startService();
    const names = ['AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL_DYNAMODB'];
    const values = [service, other].flatMap(({ environment }) => names.map((name) => environment[name]));
    await other.stop();

    expect(new Set(values).size).toBe(4);
    expect(service.environment.AWS_SECRET_ACCESS_KEY).toHaveLength(32);
    expect(endpointOf('DYNAMODB')).toMatch(/^http:\/\/127\.(?!0\.0\.1:)\d+\.\d+\.\d+:\d+$/);
  });
});

describe('a signature', () => {
  const credentials = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  };
  const signature = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
  /** `get-vanilla` of AWS's own test suite for signatures. */
  const request = {
    method: 'GET',
    url: '/',
    headers: {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    },
    body: '',
  };
  const now = Date.parse('2015-08-30T12:36:00Z');

  it('of AWS’s own test suite is valid, for five minutes, for that request alone', async () => {
    expect(await isSigned(request, credentials, now)).toBe(true);
    expect(await isSigned(request, credentials, now + 5 * 60_000)).toBe(true);
    expect(await isSigned(request, credentials, now + 5 * 60_000 + 1)).toBe(false);
    expect(await isSigned(request, { ...credentials, secretAccessKey: 'other' }, now)).toBe(false);
    for (const changed of [
      { method: 'POST' },
      { url: '/other' },
      { url: '/?a=b' },
      { body: '{}' },
      { headers: { ...request.headers, host: 'evil.example' } },
      { headers: { ...request.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
    ])
      expect(await isSigned({ ...request, ...changed }, credentials, now), JSON.stringify(changed)).toBe(
        false,
      );
  });
});
