/**
 * `npm run pictures`: takes the pictures of README files again, of the report that the tour writes: a simulated account, audited
 * twice, so the times in them are of the day they were taken. The tour knows one day of amounts, too few for a line:
 * the picture of capacity alone is of the report that the browser tests make up.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { buildPage, pageWith } from '../../functions/dashboard/build.ts';
import { launch, watched } from './browser.ts';
import { report } from './report.ts';

interface Picture {
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
  /** `tour`: the simulated account; `made up`: the report of the tests. */
  readonly of: 'tour' | 'made up';
  /** Opens the first finding before the picture is taken. */
  readonly opened?: true;
}

const wide = { width: 1200, height: 800, colorScheme: 'light', of: 'tour' } as const;

/** Where the pictures lie, from the root of the project, as README.md names them. */
export const picturesFolder = 'functions/dashboard/pictures';

/** Every picture by the name of its file. */
export const pictures: { readonly [file: string]: Picture } = {
  'overview.png': { ...wide, hash: '#/overview' },
  'findings.png': { ...wide, hash: '#/findings?open=true', colorScheme: 'dark', opened: true },
  'changes.png': { ...wide, hash: '#/changes' },
  'capacity.png': { ...wide, hash: '#/capacity', of: 'made up' },
  'coverage.png': { ...wide, hash: '#/coverage' },
  'phone.png': { ...wide, hash: '#/overview', width: 390, height: 844 },
};

const root = resolve(import.meta.dirname, '../..');

/** Runs the tour as a shell would; throws with what it said where it wrote no report. */
function tourReport(file: string): void {
  const tour = spawnSync(process.execPath, ['functions/cli/hyperpod-auditor.mjs', 'tour', '--quiet', '--report', file], {
    cwd: root,
    encoding: 'utf8',
  });
  if (tour.status !== 0) throw new Error(`The tour ended with ${tour.status ?? tour.signal ?? 'no status'}: ${tour.stderr}`);
}

/** Takes one picture; a page with an error of its own is none. */
async function take(browser: Browser, report: string, picture: Picture, target: string): Promise<void> {
  const { width, height, colorScheme, hash, opened } = picture;
  const { page, errors } = await watched(browser, { viewport: { width, height }, deviceScaleFactor: 1, colorScheme });
  try {
    await page.goto(`${pathToFileURL(report).href}${hash}`);
    await page.locator('main h1').waitFor();
    // What a list says while it is being read, or where it has nothing, is no picture of it.
    await page.locator('.clusters, .finding, .audits > li, .series, .spot').first().waitFor();
    if (opened) {
      await page.locator('.toggle').first().click();
      await page.locator('.detail').first().waitFor();
      await page.evaluate('document.activeElement.blur()');
      await page.mouse.move(0, 0);
    }
    if (errors.length > 0) throw new Error(`The page had errors: ${errors.join('; ')}`);
    await page.screenshot({ path: target, animations: 'disabled' });
  } finally {
    await page.close();
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  const browser = await launch();
  try {
    const reports = { tour: join(folder, 'tour.html'), 'made up': join(folder, 'made-up.html') };
    tourReport(reports.tour);
    writeFileSync(reports['made up'], pageWith(await buildPage(), report()));
    const into = join(root, picturesFolder);
    rmSync(into, { recursive: true, force: true });
    mkdirSync(into);
    for (const [file, picture] of Object.entries(pictures)) {
      await take(browser, reports[picture.of], picture, join(into, file));
      process.stdout.write(`${picturesFolder}/${file}\n`);
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) await main();
