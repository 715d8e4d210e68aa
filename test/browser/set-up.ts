/** Sees to it that there is a browser: Debian's, installed where it is missing and may be. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromiumPath } from './browser.ts';

const must = (command: string, args: readonly string[]): void => {
  const done = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (done.status !== 0)
    throw new Error(
      `${command} ${args.join(' ')} ended with ${done.status ?? done.error?.message}; the browser tests need ${chromiumPath}.`,
    );
};

export default function setUp(): void {
  if (existsSync(chromiumPath)) return;
  if (process.getuid?.() !== 0) throw new Error(`The browser tests need Chromium at ${chromiumPath}: apt-get install chromium.`);
  process.stderr.write('installing Chromium for the browser tests (once, a minute or two) …\n');
  must('apt-get', ['update', '-qq']);
  must('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']);
}
