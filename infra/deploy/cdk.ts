/** How CDK's command line is called: as the version that package.json pins, without questions and without telemetry. */
import { spawn } from 'node:child_process';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { caBundleOf } from '../../functions/process/aws-settings.ts';
import { interrupted } from '../../functions/process/exit.ts';
import { printable } from '../../shared/core/text/printable.ts';

export const root = resolve(import.meta.dirname, '../..');
/** What is synthesised and what is deployed, out of the repository's sight. */
export const assemblyFolder = join(root, '.build/cdk.out');

const bin = join(dirname(fileURLToPath(import.meta.resolve('aws-cdk/package.json'))), 'bin/cdk');
const quiet = ['--no-notices', '--no-version-reporting'];

export interface CdkOptions {
  readonly profile?: string;
  readonly region?: string;
  /** What stands before each line that it says, where several run at once. */
  readonly label?: string;
}

/**
 * Variables that CDK is started with. It takes a proxy from HTTPS_PROXY and certificates from AWS_CA_BUNDLE by itself, but
 * does not read `ca_bundle` of a profile.
 */
export async function cdkEnvironment({ profile, region }: CdkOptions): Promise<NodeJS.ProcessEnv> {
  const bundle = await caBundleOf(profile);
  return {
    ...process.env,
    // The app is started with `node`: the one that the package brings.
    PATH: [join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    ...(region !== undefined && { AWS_REGION: region }),
    ...(bundle && { AWS_CA_BUNDLE: bundle.file }),
  };
}

/** Runs it in the terminal of the caller, who sees what it says. Resolves to its exit code, and to `interrupted` after Ctrl-C. */
export async function cdk(command: string, args: readonly string[], { profile, region, label }: CdkOptions = {}): Promise<number> {
  const env = await cdkEnvironment({ profile, region });
  const where = [...(profile === undefined ? [] : ['--profile', profile]), ...(region === undefined ? [] : ['--region', region])];
  const child = spawn(process.execPath, [bin, command, ...args, ...where, ...quiet], {
    cwd: root,
    stdio: label === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    env,
  });
  for (const [said, shown] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const)
    if (said) createInterface({ input: said }).on('line', (line) => shown.write(`${label}: ${printable(line)}\n`));
  // Ctrl-C goes to both; CDK decides how to end, and this waits for it.
  let stopped = false;
  const stay = () => {
    stopped = true;
  };
  process.on('SIGINT', stay);
  return new Promise((done, fail) => {
    child.once('error', fail);
    // Not "exit": what it said last may still be on the way.
    child.once('close', (code) => {
      process.off('SIGINT', stay);
      done(stopped ? interrupted : (code ?? 1));
    });
  });
}
