/**
 * The dashboard's page as a reader of a report has it, from disk in Chromium: when the summary is drawn, how heavy the
 * file is, how long a search and another order of a long list take. Times are the page's own, to the frame that shows it.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { buildPage, pageWith } from '../../functions/dashboard/build.ts';
import { chromiumPath, launch, watched } from '../browser/browser.ts';
import { inventory } from '../browser/inventory.ts';
import { report } from '../browser/report.ts';
import { type Figure, median, ms, printTable } from './table.ts';

const runs = 7;
const many = 5000;
const clusters = 3000;
/** Findings that the made-up report has of itself. */
const own = report().findings.length;

/** Runs in the page before anything of the page's: `shown(test)` is the time of the frame that shows what `test` finds. */
const stopwatch = `
window.shown = (test) => new Promise((done) => {
  const drawn = () => requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  if (test()) return drawn();
  const watch = new MutationObserver(() => {
    if (!test()) return;
    watch.disconnect();
    drawn();
  });
  watch.observe(document, { childList: true, subtree: true });
});
window.rows = shown(() => document.querySelector('.clusters tbody tr') !== null);
window.summary = shown(() => document.querySelector('.summary') !== null);
`;

const kb = (bytes: number): string => `${(bytes / 1000).toFixed(0)} KB`;
const findings = (n: number): string => `${n.toLocaleString('en-US')} findings`;

/** Milliseconds from the start of the navigation to the frame with the summary. */
const firstSummary = async (page: Page): Promise<number> => Number(await page.evaluate('window.summary'));

/** Milliseconds from the start of the navigation to the frame with the first rows of clusters. */
const rows = async (page: Page): Promise<number> => Number(await page.evaluate('window.rows'));

/** Milliseconds from what `act` does to the frame in which `test` holds, both as code of the page. */
const timed = async (page: Page, act: string, test: string): Promise<number> => {
  await page.locator('.finding').first().waitFor();
  return Number(
    await page.evaluate(`(async () => {
      const from = performance.now();
      ${act};
      return (await shown(() => ${test})) - from;
    })()`),
  );
};

/** A word in the search box, to its one result, which is the list's last. */
const search = (page: Page) =>
  timed(
    page,
    `const box = document.querySelector('input[type=search]'); box.value = 'sg-${1000 + many - own - 1}'; box.dispatchEvent(new InputEvent('input', { bubbles: true }))`,
    "document.querySelectorAll('.finding').length === 1",
  );

/** A click on a column, to its rows in that order. */
const sort = (page: Page) =>
  timed(page, "document.querySelector('th:nth-child(2) button').click()", "document.querySelector('[aria-sort]') !== null");

export async function benchPage(): Promise<void> {
  const title = `dashboard first render, report size with ${findings(many)}`;
  if (!existsSync(chromiumPath)) {
    process.stdout.write(`\n${title}: not measured, there is no Chromium at ${chromiumPath} ("npm run test:browser" installs it).\n`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'bench-page-'));
  const browser = await launch();
  /** Opens a file in a page of its own each time, so that nothing is warm but the browser. */
  const measure = async <T>(file: string, hash: string, work: (page: Page) => Promise<T>): Promise<T> => {
    const { page } = await watched(browser);
    try {
      await page.addInitScript(stopwatch);
      await page.goto(`${pathToFileURL(file).href}${hash}`);
      return await work(page);
    } finally {
      await page.close();
    }
  };
  const repeated = async <T>(file: string, hash: string, work: (page: Page) => Promise<T>): Promise<readonly T[]> => {
    const values: T[] = [];
    for (let n = 0; n < runs; n++) values.push(await measure(file, hash, work));
    return values;
  };
  try {
    const built = await buildPage();
    const write = (name: string, content: string): string => {
      const file = join(folder, name);
      writeFileSync(file, content);
      return file;
    };
    const full = pageWith(built, report(many - own));
    const [small, large] = [write('small.html', pageWith(built, report())), write('large.html', full)];
    const bare = Buffer.byteLength(pageWith(built, {}));
    // Not counted: the first page of a browser pays for the browser.
    await measure(small, '#/overview', firstSummary);
    const smallSummary = median(await repeated(small, '#/overview', firstSummary));
    const largeSummary = median(await repeated(large, '#/overview', firstSummary));
    const organization = median(
      await repeated(write('organization.html', pageWith(built, inventory(clusters, { 7: 'BLOCKED' }))), '#/overview', rows),
    );
    const searched = median(await repeated(large, '#/findings', search));
    const sorted = median(await repeated(large, '#/findings', sort));
    const figures: readonly Figure[] = [
      { what: `navigation to the summary, ${findings(own)} (median of ${runs})`, measured: ms(smallSummary) },
      { what: `navigation to the summary, ${findings(many)} (median of ${runs})`, measured: ms(largeSummary), goal: '<= 300 ms' },
      { what: `navigation to the rows, ${clusters.toLocaleString('en-US')} clusters (median of ${runs})`, measured: ms(organization) },
      { what: 'the file without its data', measured: kb(bare), goal: '< 400 KB' },
      { what: `the file with ${findings(many)}`, measured: kb(Buffer.byteLength(full)) },
      { what: '  of it data', measured: kb(Buffer.byteLength(full) - bare) },
      { what: `search to its result, the last of ${findings(many)} (median of ${runs})`, measured: ms(searched) },
      { what: `findings in the order of a column (median of ${runs})`, measured: ms(sorted) },
    ];
    printTable(title, figures);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) await benchPage();
