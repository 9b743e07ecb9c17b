/** Reads what a local AWS service shows about itself, for the demo and for tests. */

import { clientSettings } from './clientSettings.ts';
import { signedHeaders } from './signature.ts';

/**
 * @param environment the SDK's variables: endpoints and credentials
 * @param service the end of its variable's name: `SFN` for `AWS_ENDPOINT_URL_SFN`
 * @param path such as `/events`
 */
export async function inspect<Shown>(
  environment: Record<string, string>,
  service: 'EVENTBRIDGE' | 'SFN',
  path: string,
): Promise<Shown> {
  const settings = clientSettings(environment, service);
  const url = new URL(path, settings.endpoint);
  const answer = await fetch(url, { headers: await signedHeaders(url, service.toLowerCase(), settings) });
  return (await answer.json()) as Shown;
}
