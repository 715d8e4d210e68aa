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

/** A secret that is read again every five minutes, and what `parse` makes of its text. */
export function cachedSecret<T>(secretArn: string, parse: (text: string) => T, settings: AwsSettings, now: () => number) {
  const client = new SecretsManagerClient(messagingConfig(settings, secretArn.split(':')[3] ?? settings.homeRegion));
  let cached: { readonly value: T; readonly until: number } | undefined;
  return {
    read: async (): Promise<T> => {
      if (cached && now() < cached.until) return cached.value;
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
      const value = parse(SecretString.trim());
      cached = { value, until: now() + cacheMs };
      return value;
    },
    forget: (): void => {
      cached = undefined;
    },
  };
}

const loopback = (url: URL): boolean => ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);

/** Whether secrets may be sent there. */
export const isWebhookAddress = (url: URL): boolean => url.protocol === 'https:' || (url.protocol === 'http:' && loopback(url));

export function webhookSecret(secretArn: string, settings: AwsSettings = defaultSettings, now: () => number = Date.now): WebhookSecret {
  const { read, forget } = cachedSecret(
    secretArn,
    (secret) => {
      const text = fieldOf(secret);
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (!url || !isWebhookAddress(url))
        throw new Error(`The secret ${secretArn} does not hold the https address of a webhook, plain or as {"url": "…"}.`);
      return url;
    },
    settings,
    now,
  );
  return { address: read, forget };
}
