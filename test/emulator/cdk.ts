/** The CDK's command line against an endpoint, as an operator would use it. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { stackNames } from '../../infra/app.ts';
import { account, region } from './seed.ts';

const execute = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const bin = join(root, 'node_modules/.bin');

/** What the stack says of itself once it stands. */
export type Outputs = { readonly [name: string]: string };

export interface Template {
  // biome-ignore lint/suspicious/noExplicitAny: templates are JSON whose shape is CloudFormation's.
  readonly Resources: { readonly [id: string]: { readonly Type: string; readonly Properties?: any; readonly DeletionPolicy?: string } };
}

export interface Cdk {
  /** Makes templates and bundles of a plan, in a folder of its own. */
  readonly synth: (plan: object, name: string) => Promise<{ readonly assembly: string; readonly template: Template }>;
  readonly bootstrap: () => Promise<void>;
  readonly deploy: (assembly: string) => Promise<Outputs>;
  /** What it printed, and whether it counts as done. */
  readonly destroy: (assembly: string) => Promise<{ readonly said: string; readonly succeeded: boolean }>;
}

/** `folder` takes plans, assemblies and what the CDK remembers of accounts. */
export function cdkAt(endpoint: string, secretAccessKey: string, folder: string): Cdk {
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_|^(NO|FORCE)_COLOR$/.test(name))),
    PATH: [bin, process.env.PATH].join(delimiter),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: region,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_HOME: folder,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
  const cdk = async (cwd: string, ...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await execute(join(bin, 'cdk'), [...args, '--no-notices', '--no-version-reporting'], {
      cwd,
      env,
      maxBuffer: 64 * 1_048_576,
    });
    return `${stdout}${stderr}`;
  };
  return {
    synth: async (plan, name) => {
      const file = join(folder, `${name}.json`);
      const assembly = join(folder, name);
      await writeFile(file, JSON.stringify(plan));
      const context = ['-c', 'emulator=true', '-c', `plan=${file}`];
      await cdk(root, 'synth', '--quiet', '--app', 'node infra/app.ts', '--output', assembly, ...context);
      return { assembly, template: JSON.parse(await readFile(join(assembly, `${stackNames.audit}.template.json`), 'utf8')) };
    },
    // Not in the app's folder, where it would bundle the app once more.
    bootstrap: async () => {
      await cdk(folder, 'bootstrap', `aws://${account}/${region}`);
    },
    deploy: async (assembly) => {
      const outputs = join(folder, 'outputs.json');
      const how = ['--method=direct', '--require-approval', 'never', '--outputs-file', outputs];
      await cdk(folder, 'deploy', '--app', assembly, ...how, stackNames.audit);
      return JSON.parse(await readFile(outputs, 'utf8'))[stackNames.audit];
    },
    destroy: async (assembly) => {
      try {
        return { said: await cdk(folder, 'destroy', '--app', assembly, '--force', stackNames.audit), succeeded: true };
      } catch (error) {
        const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
        return { said: `${stdout}${stderr}`, succeeded: false };
      }
    },
  };
}
