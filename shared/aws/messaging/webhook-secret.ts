/** The address of the incoming webhook: anyone who knows it can write to the channel, so it is a secret and never logged. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { messagingConfig } from '../client/client-config.ts';
import { type AwsSettings, defaultSettings } from '../client/settings.ts';

export interface WebhookSecret {
  /** The address; read again every five minutes. Rejects, without naming it, if the secret contains none. */
  readonly address: () => Promise<URL>;
  /** It no longer works: read it again next time. */
  readonly forget: () => void;
}

const cacheMs = 5 * 60_000;

function fieldOf(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    const { url } = JSON.parse(text) as { readonly url?: unknown };
    return typeof url === 'string' ? url : '';
  } catch {
    // What is no JSON is no address either, and the parser's message would quote it.
    return '';
  }
}

const loopback = (url: URL): boolean => ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);

export function webhookSecret(secretArn: string, settings: AwsSettings = defaultSettings, now: () => number = Date.now): WebhookSecret {
  const client = new SecretsManagerClient(messagingConfig(settings, secretArn.split(':')[3] ?? settings.homeRegion));
  let cached: { readonly url: URL; readonly until: number } | undefined;
  return {
    address: async () => {
      if (cached && now() < cached.until) return cached.url;
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
      const text = fieldOf(SecretString.trim());
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && loopback(url))))
        throw new Error(`The secret ${secretArn} does not hold the https address of a webhook, plain or as {"url": "…"}.`);
      cached = { url, until: now() + cacheMs };
      return url;
    },
    forget: () => {
      cached = undefined;
    },
  };
}
