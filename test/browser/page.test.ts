/** The page in a real browser: every view, from disk and from the server, for eyes, keyboards and screen readers. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildPage, pageWith } from '../../functions/dashboard/build.ts';
import { lastViewedEndpoint } from '../../functions/dashboard/last-viewed.ts';
import type { Report } from '../../functions/dashboard/report-data.ts';
import { type Dashboard, type DashboardOptions, startDashboard } from '../../functions/dashboard/server.ts';
import { uncheckedParts } from '../../shared/core/fit/fit-checks.ts';
import type { FitResult } from '../../shared/core/fit/fit-result.ts';
import { QueryError } from '../../shared/query/problem.ts';
import { launch, type Watched, watched } from './browser.ts';
import { answering, inventory } from './inventory.ts';
import { finding, hostile, report } from './report.ts';

const views = ['overview', 'findings', 'changes', 'capacity', 'coverage', 'fit'] as const;

let browser: Browser;
let built: string;
let folder: string;
let open: Watched[] = [];
let served: Dashboard[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'page-'));
  [browser, built] = await Promise.all([launch(), buildPage()]);
});
afterEach(async () => {
  await Promise.all(open.map(({ page }) => page.close()));
  await Promise.all(served.map((dashboard) => dashboard.close()));
  [open, served] = [[], []];
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

async function fresh(options: Parameters<Browser['newPage']>[0] = {}): Promise<Watched> {
  const made = await watched(browser, options);
  open.push(made);
  return made;
}

/** A report as it is opened from disk. */
async function fromDisk(findings = 0, options: Parameters<Browser['newPage']>[0] = {}, more: Partial<Report> = {}) {
  const file = join(folder, `report-${findings}${Object.keys(more).join()}.html`);
  writeFileSync(file, pageWith(built, { ...report(findings), ...more }));
  const made = await fresh(options);
  const address = pathToFileURL(file).href;
  const to = async (hash: string) => {
    // From nowhere, so that nothing of the view before is taken for this one; then until its answers are there.
    await made.page.goto('about:blank');
    await made.page.goto(`${address}${hash}`);
    // Fit cannot query an account there, and says so at once.
    await made.page
      .locator(hash.startsWith('#/fit') ? '.notice' : '.loading:empty')
      .first()
      .waitFor({ state: 'attached' });
  };
  await to('#/overview');
  return { ...made, address, to };
}

/** Where the page stands now; addresses and drawings come a moment after what asked for them, so tests poll for both. */
const hashOf = (page: Page) => new URL(page.url()).hash;

/** The row of a cluster in the overview. */
const clusterRow = (page: Page, name: string) => page.locator('.clusters tbody tr', { hasText: name });

/** Opens the first finding and waits until all of it is drawn. */
async function openFirst(page: Page) {
  await page.locator('.toggle').first().click();
  await page.locator('.detail').first().waitFor();
}

/** What axe finds wrong with a page, in short. */
async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }).then((r) => r.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" | ")}`))',
  );
  return found as readonly string[];
}

/** The page as `hyperpod-auditor dashboard` serves it, with answers as `answer` has them. */
async function fromServer(
  answer: DashboardOptions['answer'],
  { posts, ...options }: Parameters<Browser['newPage']>[0] & Pick<DashboardOptions, 'posts'> = {},
) {
  const page = pageWith(built, { about: { ...report().about, live: true } });
  const dashboard = await startDashboard({ page, answer, ...(posts && { posts }) });
  served.push(dashboard);
  const made = await fresh(options);
  const to = async (hash: string) => {
    await made.page.goto('about:blank');
    await made.page.goto(new URL(`/${hash}`, dashboard.address).href);
  };
  await made.page.goto(dashboard.address);
  return { ...made, to };
}

describe('a report from disk', () => {
  test('shows the summary and its figures first, then a row for each cluster with the reason, which leads to its findings', async () => {
    const { page } = await fromDisk();
    await expect
      .poll(() => page.locator('.summary').innerText())
      .toBe('3 clusters: 1 BLOCKED, 1 UNKNOWN, 1 READY. 1 region has no current audit.');
    await expect
      .poll(() =>
        page
          .locator('.tile')
          .allInnerTexts()
          .then((all) => all.map((text) => text.replaceAll('\n ', '\n'))),
      )
      .toEqual([
        '1\nBLOCKED',
        '1\nUNKNOWN',
        '0\nAT RISK',
        '1\nREADY',
        'Changes\n3\nchanges in the last 7 days',
        'Coverage\n2 of 102\nnot evaluated, 2 required; 1 region without a current audit',
        'Last audit\njust now\nlast audit; the oldest 2 days ago (eu-north-1, ml-prod (111122223333))',
      ]);
    await expect.poll(() => page.locator('.clusters tbody th a').allTextContents()).toHaveLength(3);
    expect((await page.locator('.clusters .chip').allInnerTexts()).map((text) => text.trim())).toEqual(['BLOCKED', 'UNKNOWN', 'READY']);
    const blocked = clusterRow(page, 'llm-train-east');
    await expect.poll(() => blocked.innerText()).toMatch(/instance-type-quota: have 0, need 4 nodes, short by 4 and 2 more/);
    await expect.poll(() => blocked.locator('.trend').innerText()).toContain('was READY');
    await expect.poll(() => clusterRow(page, 'eu-north-1').locator('.trend').innerText()).toContain('was READY');
    await blocked.getByRole('link').click();
    await expect.poll(() => hashOf(page)).toBe('#/findings?account=111122223333&region=us-east-1&cluster=llm-train-east&open=true');
    await expect.poll(() => page.locator('.finding').count()).toBe(3);
  });

  test('a figure of the overview is a filter, and taken off by a second click', async () => {
    const { page } = await fromDisk();
    await page.getByRole('link', { name: '1 BLOCKED' }).click();
    await expect.poll(() => hashOf(page)).toBe('#/overview?state=BLOCKED');
    await expect.poll(() => page.locator('.clusters tbody tr').count()).toBe(1);
    expect(await page.locator('.tile .figure').allInnerTexts()).toContain('2 of 102');
    await page.getByRole('link', { name: '1 BLOCKED' }).click();
    await expect.poll(() => page.locator('.clusters tbody tr').count()).toBe(3);
  });

  test('an address from before leads to the same clusters', async () => {
    const { page, to } = await fromDisk();
    await to('#/readiness?region=us-east-1');
    await expect.poll(() => page.locator('.clusters tbody tr').count()).toBe(1);
  });

  test('error events stand with the clusters that are shown, as text', async () => {
    const errors = [{ time: '2026-11-20T07:00:00.000Z', group: 'workers', node: 'i-0a', text: `"${hostile}"` }];
    const events = [
      { account: '111122223333', region: 'us-west-2', cluster: 'llm-train', errors },
      { account: '111122223333', region: 'us-west-2', cluster: 'gone', errors },
    ];
    const { page, to } = await fromDisk(0, {}, { events });
    const shown = page.locator('details', { hasText: '1 Error event in the last 7 days' });
    await expect.poll(() => shown.count()).toBe(1);
    await shown.locator('summary').click();
    await expect.poll(() => shown.innerText()).toContain(`workers i-0a: "${hostile}"`);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    await to('#/overview?region=us-east-1');
    await expect.poll(() => clusterRow(page, 'llm-train-east').count()).toBe(1);
    expect(await shown.count()).toBe(0);
  });

  test('a cluster that is UNKNOWN leads to what was not evaluated', async () => {
    const { page } = await fromDisk();
    await clusterRow(page, 'eu-north-1').getByRole('link').click();
    await expect.poll(() => hashOf(page)).toContain('#/coverage?');
  });

  test('filters stand in the address, as chips, and go away again', async () => {
    const { page, to } = await fromDisk();
    await to('#/findings?level=recommended');
    await expect.poll(() => page.locator('.finding strong').allTextContents()).toEqual(['subnet-free-ips']);
    await page.getByRole('combobox', { name: 'Level' }).selectOption('required');
    await expect.poll(() => hashOf(page)).toBe('#/findings?level=required');
    await page.getByRole('button', { name: /Level: required/ }).click();
    await expect.poll(() => hashOf(page)).toBe('#/findings');
    await page.goBack();
    await expect.poll(() => page.getByRole('combobox', { name: 'Level' }).inputValue()).toBe('required');
  });

  test('a search finds words wherever they stand', async () => {
    const { page, to } = await fromDisk(5000);
    await to('#/findings');
    await page.getByRole('searchbox').fill('sg-5999 itself');
    await expect.poll(() => page.locator('.finding').count()).toBe(1);
    await expect.poll(() => hashOf(page)).toBe('#/findings?text=sg-5999+itself');
    await expect.poll(() => page.locator('.finding').textContent()).toContain('sg-5999');
  });

  test('5,000 findings are grouped by cluster and cause, with totals, and a cause opens to its findings', async () => {
    const { page, to } = await fromDisk(5000);
    await to('#/findings');
    await expect.poll(() => page.locator('.bar .count').innerText()).toBe('5,007 findings');
    expect(await page.locator('.group').first().innerText()).toContain(
      'llm-train-east us-east-1 · ml-prod · 5,003 required, 1 recommended',
    );
    const cause = page.locator('.cause').first();
    await expect.poll(() => cause.innerText()).toContain('efa-self-traffic 5,002 resources: sg-2, ');
    expect(await cause.locator('.why').innerText()).toBe('Security group sg-2 has no rule that lets all traffic in from itself.');
    await cause.locator('.toggle').click();
    await expect.poll(() => page.locator('.inner').count()).toBe(25);
    await page.getByRole('button', { name: 'Show more findings (4,977 not shown)' }).click();
    await expect.poll(() => page.locator('.inner').count()).toBe(50);
    await page.getByRole('searchbox').fill('sg-59');
    await expect.poll(() => page.locator('.bar .count').innerText()).toBe('100 of 5,007 findings');
  });

  test('columns sort, pages follow, and both are in the address', async () => {
    const { page, to } = await fromDisk(60);
    await to('#/findings');
    await page.getByRole('button', { name: 'Short by' }).click();
    await page.getByRole('button', { name: 'Short by' }).click();
    await expect.poll(() => hashOf(page)).toBe('#/findings?sort=-short');
    expect(await page.getByRole('columnheader', { name: 'Short by' }).getAttribute('aria-sort')).toBe('descending');
    await expect
      .poll(() =>
        page
          .locator('.finding .short')
          .allInnerTexts()
          .then((all) => all.slice(0, 3)),
      )
      .toEqual(['73', '4', '']);
    await expect.poll(() => page.locator('.pager').innerText()).toContain('1–25 of 67 findings');
    await page.getByRole('link', { name: 'Last' }).click();
    await expect.poll(() => hashOf(page)).toBe('#/findings?sort=-short&page=3');
    await expect.poll(() => page.locator('.finding').count()).toBe(17);
    await page.getByRole('combobox', { name: 'Level' }).selectOption('recommended');
    await expect.poll(() => hashOf(page)).toBe('#/findings?sort=-short&level=recommended');
    await page.getByRole('link', { name: 'Group by cluster and cause' }).click();
    await expect.poll(() => page.locator('.group').count()).toBe(1);
  });

  test('the rows that the filters leave are exported, all of them, and no cell is a formula', async () => {
    const formula = finding(8, { level: 'recommended', resource: '=HYPERLINK("https://evil.example")' });
    const { page, to, requests } = await fromDisk(0, {}, { findings: [...report().findings, formula] });
    await to('#/findings?level=recommended');
    const exported = async (format: string) => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: `Export ${format}` }).click()]);
      return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
    };
    const csv = await exported('CSV');
    expect(csv.name).toBe('findings.csv');
    const lines = csv.text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^account,region,cluster,/);
    expect(csv.text).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
    const json = await exported('JSON');
    expect(JSON.parse(json.text).map((f: { resource: string }) => f.resource)).toEqual(['subnet-3', formula.resource]);
    await expect.poll(() => page.locator('.export').innerText()).toContain('2 exported');
    expect(requests.filter((r) => r.startsWith('http'))).toEqual([]);
  });

  test('a finding has its amounts, its fix to copy, its links and its own history', async () => {
    const { page, to } = await fromDisk(0, { permissions: ['clipboard-read', 'clipboard-write'] });
    await to('#/findings?resource=sg-2');
    await page.locator('.toggle').click();
    const detail = page.locator('.detail');
    await expect.poll(() => detail.textContent()).toContain('Fails since 4 days ago (2026-11-20 08:00 UTC)');
    await detail.getByRole('button', { name: /Copy/ }).click();
    await detail.getByRole('button', { name: /Copied/ }).waitFor();
    await expect
      .poll(() => page.evaluate('navigator.clipboard.readText()'))
      .toBe('aws ec2 authorize-security-group-ingress --group-id sg-2 --protocol -1 --source-group sg-2');
    await expect
      .poll(() => detail.getByRole('link', { name: /console/ }).getAttribute('href'))
      .toContain('https://us-east-1.console.aws.amazon.com/');
    await expect.poll(() => detail.locator('.timeline').textContent()).toContain('got worse (passed since 2026-11-01 08:00 UTC)');
    await to('#/findings?check=instance-type-quota');
    await openFirst(page);
    await expect.poll(() => page.getByRole('img', { name: 'have 0, need 4 nodes, short by 4' }).count()).toBe(1);
  });

  test('changes stand audit by audit and by cause, since the last look and between two dates', async () => {
    const { page, to } = await fromDisk();
    await to('#/changes');
    await expect.poll(() => page.locator('.audits > li').count()).toBe(2);
    await expect
      .poll(() => page.locator('.audits > li').first().textContent())
      .toMatch(/us-east-1 ml-prod[\s\S]*The account changed[\s\S]*READY →[\s\S]*BLOCKED[\s\S]*llm-train-east/);
    const by = `RevokeSecurityGroupIngress by role NetAdmin (session ${hostile}), 07:58 UTC`;
    await expect.poll(() => page.locator('.audits > li').first().textContent()).toContain(`Triggered by ${by}; and 2 more calls`);
    expect(await page.locator('.changes li', { hasText: 'sg-2' }).textContent()).toContain(`Changed by ${by}.`);
    await expect.poll(() => page.locator('.audits > li').last().textContent()).toContain('The plan was edited');
    await expect
      .poll(() => page.locator('.audits > li').first().textContent())
      .toContain(
        'changed: value 0, increase to 1,024 is requested (CASE_OPENED) → value 1,024, increase to 1,024 was requested (APPROVED)',
      );
    await page.getByLabel('From (UTC)').fill('2026-11-15T00:00');
    await expect.poll(() => page.locator('.audits > li').count()).toBe(1);
    await expect.poll(() => decodeURIComponent(hashOf(page))).toBe('#/changes?from=2026-11-15T00:00:00Z');
    await page.getByRole('button', { name: 'Mark as viewed' }).click();
    await page.getByRole('button', { name: /Since my last view \(2026-11-24 19:56 UTC\)/ }).click();
    await expect.poll(() => page.locator('.nothing').count()).toBe(1);
    await expect
      .poll(() => page.locator('.nothing').innerText())
      .toBe('Nothing changed in the 2 regions audited in that time; 1 region has no current audit.');
  });

  test('that nothing changed is not said of a time without an audit', async () => {
    const { page, to } = await fromDisk();
    await to('#/changes?from=2026-11-24T20:01:00Z');
    await expect
      .poll(() => page.locator('.nothing').innerText())
      .toBe('No audit is stored for that time: the last one was at 2026-11-24 20:00 UTC.');
  });

  test('capacity is a line with what is needed, when it runs out and how surely, and what was asked for', async () => {
    const { page, to } = await fromDisk();
    await to('#/capacity');
    await expect
      .poll(() => page.getByRole('img').nth(1).getAttribute('aria-label'))
      .toBe('subnet-9 in us-west-2: 950 on 2026-11-01, 651 on 2026-11-24, 512 required.');
    await expect
      .poll(() => page.locator('.series').nth(1).textContent())
      .toContain('Estimate: runs out on 2026-12-05 (between 2026-12-03 and 2026-12-06, 95 %), -13.0 a day (± 1.2).');
    await expect
      .poll(() => page.locator('.series').first().textContent())
      .toMatch(/Short already\.[\s\S]*Increase to 8 is requested \(CASE_OPENED\)\./);
  });

  test('capacity draws what is needed also of a single day, and prints what is not required', async () => {
    const { page, to } = await fromDisk();
    await to('#/capacity');
    const drawn = (n: number, part: string) =>
      page
        .locator('.series')
        .nth(n)
        .locator(part)
        .evaluate((path) => (path as unknown as { getTotalLength(): number }).getTotalLength());
    await expect.poll(() => drawn(0, '.needed')).toBeGreaterThan(100);
    await expect.poll(() => drawn(0, '.line')).toBeGreaterThan(100);
    const watched = page.locator('.series').last();
    await expect.poll(() => watched.textContent()).toContain('value 1,024');
    expect(await watched.locator('.chip, .needed').count()).toBe(0);
  });

  test('coverage says what was not evaluated, since when, and the missing statement', async () => {
    const { page, to } = await fromDisk(0, { permissions: ['clipboard-read', 'clipboard-write'] });
    await to('#/coverage');
    const spot = page.locator('.spot');
    await expect.poll(() => spot.textContent()).toMatch(/access denied: fsx:DescribeFileSystems[\s\S]*2 not evaluated, 2 of them required/);
    await spot.getByRole('button', { name: /Copy/ }).click();
    await spot.getByRole('button', { name: /Copied/ }).waitFor();
    expect(JSON.parse(String(await page.evaluate('navigator.clipboard.readText()')))).toEqual({
      Effect: 'Allow',
      Action: 'fsx:DescribeFileSystems',
      Resource: '*',
    });
  });

  test('shows every text as text, and runs nothing that is not the page’s own', async () => {
    const { page, to, errors } = await fromDisk();
    await to('#/findings?open=true');
    await page.locator('.cause .toggle').click();
    await page.locator('.inner', { hasText: 'onerror' }).locator('.toggle').click();
    const detail = page.locator('.detail');
    await expect.poll(() => detail.textContent()).toContain('</script><script>window.hacked=2</script>');
    expect(await page.locator('.rows').locator('img, script').count()).toBe(0);
    expect(await detail.getByRole('link', { name: /console/ }).count()).toBe(0);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(errors).toEqual([]);
    // Even what got into the page by another way is not run.
    await page.evaluate(
      '(() => { const s = document.createElement("script"); s.textContent = "window.hacked = 4"; document.body.append(s); })()',
    );
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(errors.join()).toContain('Content Security Policy');
  });

  test('shows characters that hide or turn text, and copies what it shows', async () => {
    const { page, to } = await fromDisk(0, { permissions: ['clipboard-read', 'clipboard-write'] });
    await to('#/findings?open=true');
    const escaped = 'sg-\\u202e1\\u200b\\udb40\\udc41';
    const odd = page.locator('.finding', { hasText: escaped });
    await odd.locator('.toggle').click();
    const detail = page.locator('.detail');
    await expect.poll(() => detail.textContent()).toContain(escaped);
    await detail.getByRole('button', { name: `Copy: the command for ${escaped}` }).click();
    await detail.getByRole('button', { name: /Copied/ }).waitFor();
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(`aws ec2 ${escaped}`);
    expect(await page.locator('body').innerHTML()).not.toMatch(/[\u202e\u200b\u{e0041}]/u);
    expect(await page.locator('#data').count()).toBe(1);
  });

  test('sends no request', async () => {
    const { requests, errors, address, to } = await fromDisk();
    for (const view of views) await to(`#/${view}`);
    expect(requests.map((r) => r.split('#')[0]).filter((r) => r !== address && r !== 'data:,')).toEqual([]);
    expect(requests.length).toBeGreaterThan(0);
    expect(errors).toEqual([]);
  });

  test('is under 400 KB without its data', () => {
    expect(Buffer.byteLength(pageWith(built, {}))).toBeLessThan(400_000);
  });
});

describe('for everyone', () => {
  const phone = { viewport: { width: 360, height: 740 } } as const;
  const looks: readonly [string, Parameters<Browser['newPage']>[0]][] = [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['phone', phone],
    ['dark phone', { ...phone, colorScheme: 'dark' }],
  ];

  /** The fit view with a result, which only a server has; all of it unfolded. */
  async function fitted(options: Parameters<Browser['newPage']>[0]) {
    const answer = answering(report());
    const { page, to } = await fromServer(
      async (path, parameters) => (path === '/fit' ? { status: 200, body: fitOf(parameters) } : answer(path, parameters)),
      options,
    );
    await to('#/fit?type=ml.p5.48xlarge&count=32&orchestrator=eks');
    await page.locator('.summary').waitFor();
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.locator('.detail').last().waitFor();
    return page;
  }

  test.each(looks)(
    'no view has a barrier that can be found: %s',
    async (_, options) => {
      const { page, to } = await fromDisk(0, options);
      for (const view of views) {
        await to(`#/${view}`);
        if (view === 'findings') await openFirst(page);
        expect(await barriers(page), view).toEqual([]);
      }
    },
    120_000,
  );

  test.each(looks)('the fit view has no barrier that can be found: %s', async (_, options) => {
    expect(await barriers(await fitted(options))).toEqual([]);
  });

  test('a phone shows every view without scrolling sideways', async () => {
    const { page, to } = await fromDisk(0, phone);
    for (const view of views) {
      await to(`#/${view}`);
      if (view === 'findings') await openFirst(page);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), view).toBe(true);
    }
    const fit = await fitted(phone);
    expect(await fit.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'fit').toBe(true);
  });

  test('the keyboard alone goes everywhere', async () => {
    const { page } = await fromDisk();
    const focused = () => page.evaluate('document.activeElement.textContent');
    await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('Skip to the content');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('Findings');
    await page.keyboard.press('Enter');
    await expect.poll(() => hashOf(page)).toBe('#/findings?open=true');
    await page.locator('.toggle').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.detail').first().waitFor();
    await page.getByRole('button', { name: 'Since' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => hashOf(page)).toBe('#/findings?open=true&sort=since');
  });

  test('colours can be chosen', async () => {
    const { page } = await fromDisk(0, { colorScheme: 'light' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await expect.poll(ground).toBe('rgb(255, 255, 255)');
    for (const name of [/system/, /light/]) await page.getByRole('button', { name }).click();
    await expect.poll(ground).toBe('rgb(18, 22, 28)');
  });
});

/** Places as the account would be asked for them. */
const fitOf = (asked: URLSearchParams): FitResult => ({
  schemaVersion: 1,
  tool: { name: 'hyperpod-auditor', version: '0.1.0' },
  account: '111122223333',
  at: '2026-11-24T20:00:00.000Z',
  wanted: { name: 'fit', type: asked.get('type') ?? '', count: Number(asked.get('count')), orchestrator: 'eks', spot: false, efa: false },
  notLookedAt: uncheckedParts({ orchestrator: 'slurm' }),
  regions: [
    {
      region: 'us-west-2',
      state: 'audited',
      zones: ['usw2-az2'],
      quota: { name: 'q', value: 40 },
      offered: true,
      subnets: 2,
      leftOut: 0,
      untried: [],
    },
  ],
  placements: [
    {
      region: 'us-west-2',
      zone: 'usw2-az2',
      subnet: 'subnet-1',
      securityGroups: ['sg-1'],
      state: 'READY',
      lacks: [],
      unseen: [],
      request: { ClusterName: 'fit', InstanceGroups: [] },
    },
    {
      region: 'us-east-1',
      zone: 'use1-az4',
      subnet: 'subnet-2',
      securityGroups: ['sg-2'],
      state: 'BLOCKED',
      lacks: [
        {
          kind: 'quota',
          level: 'required',
          check: 'instance-type-quota',
          words: 'quota short by 32 nodes',
          message: 'The quota allows 0.',
          remediation: { text: 'Request an increase.', command: 'aws service-quotas request-service-quota-increase --desired-value 32' },
        },
      ],
      unseen: [],
      request: { ClusterName: 'fit', InstanceGroups: [] },
    },
  ],
});

test('a phone has the exact times too, and says of which audit there may be a later one', async () => {
  const { page } = await fromServer(answering(inventory(1)), { viewport: { width: 360, height: 740 } });
  await expect.poll(() => page.locator('.clusters time').innerText()).toContain('(2026-11-01 08:00 UTC)');
  await page.locator('.section summary').click();
  await expect.poll(() => page.locator('.regions time').innerText()).toMatch(/ \(2026-11-24 19:30 UTC or later\)$/);
});

test('a phone folds filters and shows the first cluster without scrolling', async () => {
  const { page } = await fromServer(answering(inventory(60, { 59: 'BLOCKED' })), { viewport: { width: 390, height: 844 } });
  const row = page.locator('.clusters tbody tr').first();
  await row.waitFor();
  const box = await row.boundingBox();
  expect((box?.y ?? 844) + (box?.height ?? 0)).toBeLessThan(844);
  expect(await page.getByRole('combobox', { name: 'State' }).isVisible()).toBe(false);
  await page.getByText('Filters', { exact: true }).click();
  await page.getByRole('combobox', { name: 'State' }).selectOption('BLOCKED');
  await expect.poll(() => row.innerText()).toContain('train-59');
  await expect.poll(() => page.getByText('Filters (1 on)').count()).toBe(1);
});

test('paper has no filters, and the clusters that a screen folds', async () => {
  const { page } = await fromServer(answering(inventory(60, { 59: 'BLOCKED' })));
  const rows = page.locator('.clusters tbody tr');
  await expect.poll(() => rows.count()).toBe(1);
  await page.emulateMedia({ media: 'print' });
  await expect.poll(() => rows.count()).toBe(60);
  expect(await page.locator('.filters, header, .steps').filter({ visible: true }).count()).toBe(0);
  await page.emulateMedia({ media: 'screen' });
  await expect.poll(() => rows.count()).toBe(1);
});

test('ages are those of the moment at which a view is opened, not of the page', async () => {
  const { page, to } = await fromServer(answering(inventory(1)));
  await page.clock.setFixedTime('2026-11-24T20:00:00Z');
  await to('#/overview');
  const audited = () => page.locator('.tile', { hasText: 'Last audit' }).innerText();
  await expect.poll(audited).toContain('at most 30 minutes ago');
  await page.clock.setFixedTime('2026-11-26T20:00:00Z');
  await page.getByRole('link', { name: 'Findings' }).click();
  await page.getByRole('link', { name: 'Overview' }).click();
  await expect.poll(audited).toContain('at most 2 days ago');
});

describe('an organization', () => {
  test('the summary is given for every region, however many pages they fill', async () => {
    const { page } = await fromServer(answering(inventory(60, { 59: 'BLOCKED' })));
    await expect.poll(() => page.locator('.summary').innerText()).toBe('60 clusters: 1 BLOCKED, 59 READY.');
    await expect.poll(() => page.locator('.clusters tbody tr').first().innerText()).toContain('train-59');
  });

  test('the worst clusters come first and READY ones are folded', async () => {
    const { page } = await fromServer(answering(inventory(450, { 449: 'BLOCKED', 3: 'UNKNOWN' })));
    const rows = page.locator('.clusters tbody tr');
    await expect.poll(() => rows.count()).toBe(2);
    expect(await rows.first().innerText()).toContain('train-449');
    await page.getByRole('link', { name: 'Show the READY clusters' }).click();
    await expect.poll(() => rows.count()).toBe(25);
    await expect.poll(() => hashOf(page)).toBe('#/overview?ready=shown');
    await page.getByRole('button', { name: 'Region', exact: true }).click();
    await expect.poll(() => rows.first().innerText()).toContain('eu-north-1');
    await page.getByRole('link', { name: 'Next' }).click();
    await expect.poll(() => hashOf(page)).toBe('#/overview?ready=shown&sort=region&page=2');
    await expect.poll(() => page.locator('.pager').innerText()).toContain('26–50 of 450 clusters');
    await page.locator('.section summary').last().click();
    await page.getByRole('button', { name: 'Show more regions (425 not shown)' }).click();
    await expect.poll(() => page.locator('.regions tbody tr').count()).toBe(50);
  });

  test('the map has a cell for each account and region, which leads to its clusters', async () => {
    const { page } = await fromServer(answering(inventory(72, { 5: 'BLOCKED' })));
    await page.getByText('Map of 18 accounts and 4 regions').click();
    await expect.poll(() => page.locator('.map td').count()).toBe(72);
    expect(await barriers(page)).toEqual([]);
    await page.locator('.map .blocked').click();
    await expect.poll(() => hashOf(page)).toBe('#/overview?account=111122220001&region=us-east-1&ready=shown');
    await expect.poll(() => clusterRow(page, 'train-5').count()).toBe(1);
  });

  test.each([1, 648, 3000])('%i clusters fill few screens, on a phone too', async (size) => {
    const states = Object.fromEntries(Array.from({ length: size / 20 }, (_, n) => [n * 20, 'BLOCKED' as const]));
    const data = inventory(size, states);
    const { page } = await fromServer(answering(data));
    const height = async () => Number(await page.evaluate('document.documentElement.scrollHeight'));
    await page.locator('.clusters tbody tr').first().waitFor();
    expect(await height()).toBeLessThan(2500);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await height()).toBeLessThan(6000);
  });

  test('while regions are still being read nothing is green and no state is said of them all', async () => {
    let readOn = () => {};
    const held = new Promise<void>((resolve) => {
      readOn = resolve;
    });
    const answer = answering(inventory(250, { 3: 'UNKNOWN', 249: 'BLOCKED' }));
    const { page } = await fromServer(async (path, parameters) => {
      if (parameters.has('cursor')) await held;
      return answer(path, parameters);
    });
    await expect.poll(() => page.locator('.summary').innerText()).toBe('200 clusters so far, 1 UNKNOWN among them; reading on …');
    expect(await page.locator('.ready, .clusters').count()).toBe(0);
    readOn();
    await expect.poll(() => page.locator('.summary').innerText()).toBe('250 clusters: 1 BLOCKED, 1 UNKNOWN, 248 READY.');
    await expect.poll(() => page.locator('.summary').getAttribute('class')).toBe('summary blocked');
  });

  test('what was read before an error is no summary', async () => {
    const answer = answering(inventory(250));
    const { page } = await fromServer(async (path, parameters) =>
      parameters.has('cursor') ? { status: 500, body: { detail: 'The table is gone.' } } : answer(path, parameters),
    );
    await expect.poll(() => page.getByRole('alert').innerText()).toBe('The table is gone.');
    await expect.poll(() => page.locator('.summary').innerText()).toBe('Not determined: only 200 clusters were read.');
    expect(await page.locator('.summary').getAttribute('class')).toBe('summary unknown');
  });
});

describe('choices', () => {
  /** What a choice offers in addition to "any". */
  const offered = async (page: Page, name: string) =>
    (await page.getByRole('combobox', { name }).locator('option').allTextContents()).slice(1);

  test('a question that is about too many regions can be asked of one account', async () => {
    const account = '111122220014';
    const data = { ...inventory(60), capacity: report().capacity.map((s) => ({ ...s, account })) };
    const detail = 'Name an account, or an account and a region.';
    const { page, to } = await fromServer(async (path, parameters) =>
      path === '/capacity' && !parameters.has('account') ? { status: 400, body: { detail } } : answering(data)(path, parameters),
    );
    await to('#/capacity');
    await expect.poll(() => page.getByRole('alert').innerText()).toBe(detail);
    await expect.poll(() => offered(page, 'Account')).toHaveLength(15);
    await page.getByRole('combobox', { name: 'Account' }).selectOption(`team-14 (${account})`);
    await expect.poll(() => page.locator('.series').count()).toBe(3);
  });

  test.each(['overview', 'findings', 'changes', 'capacity', 'coverage'])(
    '%s offers every account and region, under a filter too',
    async (view) => {
      const { page, to } = await fromServer(answering(inventory(60)));
      await to(`#/${view}?region=us-east-2`);
      await expect.poll(() => offered(page, 'Account')).toHaveLength(15);
      expect(await offered(page, 'Region')).toEqual(['eu-north-1', 'us-east-1', 'us-east-2', 'us-west-2']);
      expect(await page.getByRole('combobox', { name: 'Region' }).inputValue()).toBe('us-east-2');
    },
  );

  test('checks that were there stay to be chosen', async () => {
    const { page, to } = await fromDisk();
    await to('#/findings');
    const before = await offered(page, 'Check');
    expect(before.length).toBeGreaterThan(1);
    await page.getByRole('combobox', { name: 'Check' }).selectOption('efa-open-egress');
    await expect.poll(() => page.locator('.finding').count()).toBe(1);
    expect(await offered(page, 'Check')).toEqual(before);
  });

  test('what frame and view both ask is asked once', async () => {
    const asked: string[] = [];
    const { page } = await fromServer(async (path, parameters) => {
      asked.push(path);
      return answering(inventory(250))(path, parameters);
    });
    await expect.poll(() => page.locator('.summary').innerText()).toBe('250 clusters: 250 READY.');
    expect(asked.filter((path) => path === '/readiness')).toHaveLength(2);
  });
});

describe('the last look', () => {
  const since = (page: Page) => page.getByRole('button', { name: /^Since my last view/ });

  /** One run of the dashboard, with a browser that has never been there. */
  async function run(file: string) {
    const lastViewed = lastViewedEndpoint(file);
    const answer = answering(report());
    const { page, to } = await fromServer(async (path, parameters) => (path === '/looked' ? lastViewed.get() : answer(path, parameters)), {
      posts: { '/looked': lastViewed.post },
    });
    await to('#/changes');
    await page.locator('.audits > li').first().waitFor();
    return page;
  }

  test('is still known in the next run of the dashboard', async () => {
    const file = join(folder, 'looked');
    const first = await run(file);
    expect(await since(first).count()).toBe(0);
    await first.getByRole('button', { name: 'Mark as viewed' }).click();
    await since(first).waitFor();
    const second = await run(file);
    await expect.poll(() => since(second).innerText()).toBe(await since(first).innerText());
    await since(second).click();
    await expect.poll(() => second.locator('.nothing').innerText()).toContain('that time');
  });

  test('that could not be kept is said', async () => {
    const page = await run(join(folder, 'looked', 'below-a-file'));
    await page.getByRole('button', { name: 'Mark as viewed' }).click();
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('ENOTDIR');
  });
});

test('amounts of many pages stand in one order', async () => {
  const [enough, short, watched] = report().capacity;
  const many = [...Array.from({ length: 260 }, (_, n) => ({ ...watched, id: `w-${n}` })), enough, short] as Report['capacity'];
  const { page, to } = await fromServer(answering({ ...inventory(3), capacity: many }));
  await to('#/capacity');
  await expect.poll(() => page.locator('.series').count()).toBe(3);
  expect(
    await page
      .locator('.series h2')
      .allTextContents()
      .then((all) => all.slice(0, 3)),
  ).toEqual(['ml.p5.48xlarge for cluster usage', 'subnet-9', 'ml.p4d.24xlarge for cluster usage']);
});

test('findings stand in one order, in a report and in the dashboard', async () => {
  const all = [
    finding(1, { status: 'pass', open: false }),
    finding(2, { level: 'recommended' }),
    finding(3),
    ...Array.from({ length: 60 }, (_, n) => finding(100 + n, { status: 'pass', open: false })),
    finding(4),
  ];
  const { page, to } = await fromServer(answering({ ...inventory(3), findings: all }));
  await to('#/findings');
  const names = async () => (await page.locator('.finding .toggle').allTextContents()).map((text) => text.trim());
  await expect
    .poll(names)
    .toEqual([
      'efa-self-traffic 2 resources: sg-3, sg-4',
      'efa-self-traffic sg-2',
      'efa-self-traffic 61 resources: sg-1, sg-100, sg-101 and 58 more',
    ]);
});

test('a report refuses an address that is none', async () => {
  const { page, to } = await fromDisk();
  await to('#/changes?from=garbage');
  await expect
    .poll(() => page.getByRole('alert').innerText())
    .toBe('from takes a time in RFC 3339, such as 2026-11-01T12:00:00Z, not "garbage".');
  expect(await page.locator('.nothing').count()).toBe(0);
});

describe('a mistyped filter in the address', () => {
  type Typo = readonly [view: string, query: string, filter: string, meant: string];
  const typos: readonly Typo[] = [
    ['overview', 'cluster=llm-trane', 'cluster', 'llm-train'],
    ['overview', 'region=us-wst-2', 'region', 'us-west-2'],
    ['overview', 'state=READ', 'state', 'READY'],
    ['findings', 'check=efa-self-trafic', 'check', 'efa-self-traffic'],
    ['findings', 'open=false&cluster=llm-trane', 'cluster', 'llm-train'],
    ['findings', 'account=111122223332', 'account', '111122223333'],
    ['changes', 'cluster=llm-train-est', 'cluster', 'llm-train-east'],
    ['coverage', 'check=fsx-port', 'check', 'fsx-ports'],
    ['coverage', 'region=us-est-1', 'region', 'us-east-1'],
    ['capacity', 'resource=subnet-99', 'resource', 'subnet-9'],
  ];

  /** The sentence and the link are there, nothing else is said, and the link leads to what was meant. */
  async function isFixed({ page, to }: Pick<Watched, 'page'> & { readonly to: (hash: string) => Promise<void> }, typo: Typo) {
    const [view, query, filter, meant] = typo;
    await to(`#/${view}?${query}`);
    await expect.poll(() => page.getByRole('alert').innerText()).toContain(`did you mean ${meant}?`);
    expect(await page.locator('.nothing').count()).toBe(0);
    expect(await page.locator('.summary.ready').count()).toBe(0);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('link', { name: `Show ${meant}` }).click();
    await expect.poll(() => new URLSearchParams(hashOf(page).split('?')[1]).get(filter)).toBe(meant);
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    await expect.poll(() => page.locator('.clusters, .finding, .audits > li, .series, .spot').count()).toBeGreaterThan(0);
  }

  test.each(typos.map((typo) => [typo] as const))('%s in a report', async (typo) => {
    await isFixed(await fromDisk(), typo);
  });

  test.each(typos.map((typo) => [typo] as const))('%s in the dashboard', async (typo) => {
    const answer: DashboardOptions['answer'] = async (path, parameters) => {
      try {
        return await answering(report())(path, parameters);
      } catch (error) {
        if (error instanceof QueryError) return { status: error.problem.status, body: error.problem };
        throw error;
      }
    };
    await isFixed(await fromServer(answer), typo);
  });

  test('of an account where nothing is near it the accounts that are known stand in the sentence', async () => {
    const { page, to } = await fromDisk();
    await to('#/findings?account=999999999999');
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toBe('This report has nothing for account 999999999999. Known accounts: 111122223333.');
    expect(await page.locator('.nothing').count()).toBe(0);
  });
});

describe('nothing to show', () => {
  const nothing = (page: Page) => page.locator('.nothing').innerText();

  test.each([
    ['of no audit', 0, '', 'No audit is stored here yet; "npx --no-install hyperpod-auditor audit" makes the first.'],
    ['of a whole organization', 250, '', 'Everything was evaluated.'],
    ['under a filter', 3, '?check=fsx-ports', 'Nothing matches the filters.'],
  ])('coverage %s', async (_, size, filters, words) => {
    const { page, to } = await fromServer(answering(inventory(size)));
    await to(`#/coverage${filters}`);
    await expect.poll(() => nothing(page)).toBe(words);
  });

  test.each([
    ['of no audit', 0, '', 'No audit is stored here yet; "npx --no-install hyperpod-auditor audit" makes the first.'],
    ['under a filter', 3, '?state=UNKNOWN', 'No cluster matches the filters.'],
  ])('clusters %s', async (_, size, filters, words) => {
    const { page, to } = await fromServer(answering(inventory(size)));
    await to(`#/overview${filters}`);
    await expect.poll(() => nothing(page)).toBe(words);
  });

  test('coverage where readiness cannot be asked', async () => {
    const answer = answering(inventory(3));
    const { page, to } = await fromServer(async (path, parameters) =>
      path === '/readiness' ? { status: 500, body: { detail: 'The table is gone.' } } : answer(path, parameters),
    );
    await to('#/coverage');
    await expect.poll(() => nothing(page)).toBe('The table is gone.');
  });
});

test('a report that has not all regions gives no summary of them', async () => {
  const data = inventory(3);
  const words = 'The report stops after 3 regions.';
  const file = join(folder, 'cut.html');
  writeFileSync(file, pageWith(built, { ...data, about: { ...data.about, leftOut: [{ of: 'readiness', words }] } }));
  const { page } = await fresh();
  await page.goto(pathToFileURL(file).href);
  await expect.poll(() => page.locator('.notice').innerText()).toBe(words);
  await expect.poll(() => page.locator('.summary').innerText()).toBe('Not determined: only 3 clusters were read.');
});

describe('the dashboard’s server', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    const data = report(300);
    dashboard = await startDashboard({
      page: pageWith(built, { about: { ...data.about, live: true } }),
      answer: async (path, parameters) => (path === '/fit' ? { status: 200, body: fitOf(parameters) } : answering(data)(path, parameters)),
    });
  });
  afterAll(() => dashboard.close());

  test('answers the page that it handed out, and the token leaves the address', async () => {
    const { page, errors, requests } = await fresh();
    await page.goto(dashboard.address);
    await expect
      .poll(() => page.locator('.summary').innerText())
      .toBe('3 clusters: 1 BLOCKED, 1 UNKNOWN, 1 READY. 1 region has no current audit.');
    await expect.poll(() => page.url()).not.toContain(dashboard.token);
    await page.getByRole('link', { name: 'Findings' }).click();
    const total = () => page.locator('.bar .count').innerText();
    await expect.poll(total).toBe('305 findings');
    await page.reload();
    await expect.poll(total).toBe('305 findings');
    expect(errors).toEqual([]);
    expect(requests.every((r) => r.startsWith(new URL(dashboard.address).origin) || r === 'data:,')).toBe(true);
  });

  test('finds places for a cluster, the best first, with what is missing and the fix', async () => {
    const { page, errors } = await fresh();
    await page.goto(dashboard.address);
    await page.getByRole('link', { name: 'Fit' }).click();
    await page.getByLabel('Nodes').fill('32');
    await page.getByRole('combobox', { name: 'Orchestrator' }).selectOption('eks');
    await page.getByRole('button', { name: 'Find places' }).click();
    await expect.poll(() => page.locator('.summary').count()).toBe(1);
    await expect.poll(() => hashOf(page)).toBe('#/fit?type=ml.p5.48xlarge&count=32&orchestrator=eks');
    await expect.poll(() => page.locator('.summary').innerText()).toBe('It would come up in 1 place.');
    await expect
      .poll(() => page.locator('.card').allTextContents())
      .toEqual([
        expect.stringMatching(/READY[\s\S]*us-west-2[\s\S]*nothing missing/),
        expect.stringMatching(/BLOCKED[\s\S]*us-east-1[\s\S]*use1-az4 subnet-2quota short by 32 nodes/),
      ]);
    await expect.poll(() => page.locator('.notice').count()).toBe(1);
    await expect.poll(() => page.locator('.notice li').first().isVisible()).toBe(false);
    await page.getByText(/^Not evaluated: the execution role, lifecycle scripts and \d+ more/).click();
    await expect
      .poll(() => page.locator('.notice li').first().innerText())
      .toBe('the execution role (npx --no-install hyperpod-auditor fit --role evaluates it)');
    await page.locator('summary').last().click();
    await expect.poll(() => page.locator('.detail').last().textContent()).toContain('aws service-quotas request-service-quota-increase');
    expect(await barriers(page)).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('refuses what the form does not take without a request, and speaks of its fields', async () => {
    const { page, requests } = await fresh();
    await page.goto(dashboard.address);
    await page.getByRole('link', { name: 'Fit' }).click();
    await page.getByLabel('Instance type').fill('p5');
    await page.getByRole('button', { name: 'Find places' }).click();
    expect(await page.locator('input:invalid').count()).toBe(1);
    await page.getByLabel('Instance type').fill('ml.p5.48xlarge');
    await page.getByLabel('Nodes').fill('7000');
    expect(await page.locator('input:invalid').count()).toBe(1);
    await page.getByLabel('Nodes').fill('4');
    await page.getByLabel('Regions').fill('us-west-2, us-east-1');
    expect(await page.locator('input:invalid').count()).toBe(0);
    expect(hashOf(page)).toBe('#/fit');
    expect(requests.filter((r) => r.includes('/api/fit'))).toEqual([]);
  });

  test('says what to do where the token is of another run, and where it is not there any more', async () => {
    const { page } = await fresh();
    await page.goto(new URL('/', dashboard.address).href);
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toBe('This is another run of the dashboard: open the address that the command printed last.');
    await page.route('**/api/**', (route) => route.abort());
    await page.getByRole('link', { name: 'Coverage' }).click();
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toBe('The dashboard does not answer; is the command that serves it still running?');
  });
});
