/** The profiles of the AWS configuration files, and what is wrong with these files. The SDK passes over both in silence. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadSharedConfigFiles, loadSsoSessionData } from '@smithy/core/config';
import type { Variables } from '../client/proxy.ts';

/** Settings of a profile or of an SSO session by name. */
export type ConfigSection = Readonly<Record<string, string | undefined>>;

interface ConfigFile {
  /** As people write it: with ~ for the home folder. */
  readonly shown: string;
  readonly exists: boolean;
  /** A sentence about what keeps its profiles from being read. */
  readonly problem?: string;
  /** What stands in its square brackets. */
  readonly sections: readonly string[];
}

export interface Profiles {
  readonly names: readonly string[];
  readonly profile: (name: string) => ConfigSection | undefined;
  readonly session: (name: string) => ConfigSection | undefined;
  readonly config: ConfigFile;
  readonly credentials: ConfigFile;
}

const setting = /^[^=\s[][^=]*=/;
const comment = /(^|\s)[#;].*$/;
const section = /^\[\s*([^\]]*?)\s*\]$/;

/** The first line that the AWS CLI would refuse and the SDK passes over. */
function malformedLine(text: string): number | undefined {
  const at = text.split(/\r?\n/).findIndex((line) => {
    const content = line.replace(comment, '').trimEnd();
    const isNested = /^\s/.test(content);
    return content.trim() !== '' && !isNested && !section.test(content) && !setting.test(content);
  });
  return at === -1 ? undefined : at + 1;
}

function readFile(path: string, prefix: 'profile ' | ''): ConfigFile {
  const home = homedir();
  const shown = path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT') return { shown, exists: false, sections: [] };
    return { shown, exists: true, sections: [], problem: `The file ${shown} cannot be read (${code}).` };
  }
  const sections = text.split(/\r?\n/).flatMap((line) => section.exec(line.replace(comment, '').trim())?.[1] ?? []);
  const line = malformedLine(text);
  return {
    shown,
    exists: true,
    sections,
    // Without its text: on a line of a credentials file a secret may stand.
    ...(line !== undefined && {
      problem: `Line ${line} of ${shown} cannot be read: expected a section like [${prefix}NAME] or a setting like NAME = VALUE.`,
    }),
  };
}

/** Reads both files as the SDK does: those that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name, else those in ~/.aws. */
export async function readProfiles(env: Variables): Promise<Profiles> {
  const folder = join(homedir(), '.aws');
  const expanded = (path: string): string => (path.startsWith('~/') ? join(homedir(), path.slice(2)) : path);
  const configPath = expanded(env.AWS_CONFIG_FILE || join(folder, 'config'));
  const credentialsPath = expanded(env.AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials'));
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ filepath: credentialsPath, configFilepath: configPath });
  const sessions: Readonly<Record<string, ConfigSection>> = await loadSsoSessionData({ configFilepath: configPath });
  const [config, credentials] = [readFile(configPath, 'profile '), readFile(credentialsPath, '')];
  // The SDK leaves out profiles without settings.
  const empty = [
    ...config.sections.flatMap((s) => (s === 'default' ? [s] : (/^profile\s+(["']?)(.+)\1$/.exec(s)?.[2] ?? []))),
    ...credentials.sections,
  ];
  // What is no profile stands there with a dot in its name: sso-session.corp.
  const isProfile = (name: string): boolean => !/^(sso-session|services|profile)\./.test(name);
  const names = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile), ...empty])].filter(isProfile).toSorted();
  return {
    names,
    profile: (name) => (names.includes(name) ? { ...configFile[name], ...credentialsFile[name] } : undefined),
    session: (name) => sessions[name],
    config,
    credentials,
  };
}
