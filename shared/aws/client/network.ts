/**
 * How the command line reaches AWS: through the proxy and with the CA certificates that the AWS CLI would use. Functions
 * in Lambda have neither, so nothing that they are bundled from imports this.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { AwsError } from './errors.ts';
import { type HttpProxy, InvalidSettingError, isExempt, proxiesOf, type Variables } from './proxy.ts';
import type { AwsSettings } from './settings.ts';

/** A file of CA certificates, and the setting that names it. */
export interface CaBundle {
  readonly file: string;
  /** As messages name it: `AWS_CA_BUNDLE`, or `ca_bundle of the profile "ml" in ~/.aws/config`. */
  readonly setting: string;
}

const certificate = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

/**
 * The certificates in a bundle. They replace those that Node brings, as they do in the AWS CLI. Throws
 * `InvalidSettingError` for a file that cannot be read or holds none.
 */
export function readCaBundle({ file, setting }: CaBundle): readonly string[] {
  const expected = `${setting} must name a file of CA certificates in PEM format; ${file}`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new InvalidSettingError(`${expected} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}.`, error);
  }
  const found = text.match(certificate) ?? [];
  if (found.length === 0) throw new InvalidSettingError(`${expected} holds no certificate.`);
  for (const [n, pem] of found.entries())
    try {
      new X509Certificate(pem);
    } catch (error) {
      throw new InvalidSettingError(`${expected} holds a certificate that cannot be read, the one at position ${n + 1}.`, error);
    }
  return found;
}

/** Something that failed at a proxy or behind it; the reason names the proxy. */
export class ProxyError extends AwsError {}

type HandlerOptions = NonNullable<ConstructorParameters<typeof NodeHttpHandler>[0]>;
type HandlerRequest = Parameters<NodeHttpHandler['handle']>[0];

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name);

/** What went wrong on the way through a proxy, the proxy named: without that it would seem to be the service that is unreachable. */
function viaProxy(error: Error, { shown, variable }: HttpProxy, host: string): string | undefined {
  const proxy = `the proxy ${shown} (${variable})`;
  const code = codeOf(error);
  const status = 'statusCode' in error ? error.statusCode : undefined;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name of ${proxy} is not known`;
    case 'ECONNREFUSED':
      return `${proxy} refused the connection`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${proxy} closed the connection to ${host}`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${proxy} cannot be reached`;
    case 'ERR_PROXY_TUNNEL':
      if (status === 407) return `${proxy} requires a user and a password (HTTP 407): set ${variable} to http://USER:PASSWORD@HOST:PORT`;
      return `${proxy} does not connect to ${host}${typeof status === 'number' ? ` (HTTP ${status})` : ''}`;
    case 'TimeoutError':
    case 'ETIMEDOUT':
    case 'ERR_PROXY_TUNNEL_TIMEOUT':
      return `${proxy}, or ${host} behind it, did not answer in time`;
    default:
      if (/^(ERR_SSL_|EPROTO$)/.test(code)) return `no secure connection to ${host} was made through ${proxy} (${code})`;
      if (isUntrusted(code)) return `${untrusted(code, host)}; ${proxy} may have put its own certificate in place of AWS's`;
      return undefined;
  }
}

/** The same of a request that went to AWS directly. */
function direct(error: Error, host: string, exempt: HttpProxy | undefined): string | undefined {
  const code = codeOf(error);
  if (isUntrusted(code)) return untrusted(code, host);
  if (code !== 'ENOTFOUND' && code !== 'EAI_AGAIN') return undefined;
  const proxy = exempt
    ? `NO_PROXY exempts it from the proxy ${exempt.shown} (${exempt.variable})`
    : 'no proxy is used, as HTTPS_PROXY is not set';
  return `the host name ${host} ${code === 'ENOTFOUND' ? 'is not known' : 'could not be resolved'}; ${proxy}`;
}

const isUntrusted = (code: string): boolean => /CERT|^UNABLE_TO_/.test(code) && !code.startsWith('ERR_TLS_');

const untrusted = (code: string, host: string): string =>
  `the certificate of ${host} is not trusted (${code}): set AWS_CA_BUNDLE to the CA certificates of your network`;

/** Sends what is exempt directly and everything else through the proxy. One for each client, whose connections it holds. */
class NetworkHandler extends NodeHttpHandler {
  readonly #env: Variables;
  readonly #proxies: ReturnType<typeof proxiesOf>;
  readonly #proxied: NodeHttpHandler;

  constructor(options: HandlerOptions, env: Variables, ca: readonly string[] | undefined) {
    const tls = ca && { ca: [...ca] };
    super({ ...options, httpsAgent: { ...tls } });
    this.#env = env;
    this.#proxies = proxiesOf(env);
    const { http, https } = this.#proxies;
    const proxyEnv = { ...(http && { HTTP_PROXY: http.url }), ...(https && { HTTPS_PROXY: https.url }) };
    this.#proxied = new NodeHttpHandler({ ...options, httpAgent: { proxyEnv }, httpsAgent: { ...tls, proxyEnv } });
  }

  override async handle(request: HandlerRequest, options?: Parameters<NodeHttpHandler['handle']>[1]) {
    const proxy = this.#proxies[request.protocol === 'https:' ? 'https' : 'http'];
    const through = proxy && !isExempt(request.hostname, request.port, this.#env) ? proxy : undefined;
    try {
      return await (through ? this.#proxied.handle(request, options) : super.handle(request, options));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const reason = through ? viaProxy(error, through, request.hostname) : direct(error, request.hostname, proxy);
      // By its name and code the SDK still knows whether to try again.
      if (reason === undefined) throw error;
      throw Object.assign(new (through ? ProxyError : AwsError)({ ok: false, reason }, error), { name: error.name });
    }
  }

  override updateHttpClientConfig(...config: Parameters<NodeHttpHandler['updateHttpClientConfig']>): void {
    super.updateHttpClientConfig(...config);
    this.#proxied.updateHttpClientConfig(...config);
  }

  override destroy(): void {
    super.destroy();
    this.#proxied.destroy();
  }
}

/** Node's agents take a proxy from 24.5 on. */
const knowsProxies = (version: string): boolean => {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 5);
};

/**
 * What every SDK client of the command line sends with. Throws `InvalidSettingError` where a proxy is no address, a CA
 * bundle cannot be read, or this Node cannot use a proxy.
 */
export function requestHandlers(env: Variables, bundle?: CaBundle, node = process.version): NonNullable<AwsSettings['requestHandler']> {
  const [proxy] = Object.values(proxiesOf(env));
  if (proxy && !knowsProxies(node))
    throw new InvalidSettingError(`${proxy.variable} is set; proxies require Node 24.5 or newer, this is Node ${node.replace(/^v/, '')}.`);
  const ca = bundle && readCaBundle(bundle);
  return (options) => new NetworkHandler(options, env, ca);
}
