/** Settings for SDK clients of this process, which use the endpoints and credentials of the functions. */

export interface ClientSettings {
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/**
 * @param environment the SDK's variables
 * @param service the end of its variable's name: `DYNAMODB` for `AWS_ENDPOINT_URL_DYNAMODB`
 */
export function clientSettings(environment: Record<string, string>, service: string): ClientSettings {
  const {
    AWS_REGION = '',
    AWS_ACCESS_KEY_ID = '',
    AWS_SECRET_ACCESS_KEY = '',
    AWS_SESSION_TOKEN,
  } = environment;
  return {
    region: AWS_REGION,
    endpoint: environment[`AWS_ENDPOINT_URL_${service}`] ?? '',
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
    },
  };
}
