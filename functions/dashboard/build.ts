/**
 * Makes one HTML text of the page: script and styles inline, each named by its hash in the page's own content security
 * policy, so that nothing else runs and nothing is asked for elsewhere. Vite is there in a checkout alone; what is
 * packed brings the page built.
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { jsonText } from '../../shared/core/text/json.ts';

const hashed = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The place in the template where the data stands. */
const dataPlace = '<!--data-->';

/** `</script>` in a text would end the script that holds it; outside of strings no script has one. */
const closed = (script: string): string => script.replaceAll('</script', '<\\/script');

/** The page without its data: `pageWith` puts that in. */
export async function buildPage(): Promise<string> {
  const { build } = await import('vite');
  const root = join(import.meta.dirname, 'page');
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      target: 'es2024',
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((b) => ('output' in b ? b.output : []));
  const script = closed(outputs.flatMap((o) => (o.type === 'chunk' ? [o.code] : [])).join('\n'));
  const style = outputs.flatMap((o) => (o.type === 'asset' && o.fileName.endsWith('.css') ? [String(o.source)] : [])).join('\n');
  const html = outputs.flatMap((o) => (o.type === 'asset' && o.fileName.endsWith('.html') ? [String(o.source)] : [])).join('');
  if (script === '' || style === '' || html === '') throw new Error('The page was built without its script, its styles or its frame.');
  const policy = [
    "default-src 'none'",
    `script-src ${hashed(script)}`,
    `style-src ${hashed(style)}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html
    .replace(/<script[^>]*src=[^>]*><\/script>|<link[^>]*rel="stylesheet"[^>]*>/g, '')
    .replace('<meta charset="utf-8" />', (meta) => `${meta}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`)
    .replace('</head>', () => `<style>${style}</style>\n  </head>`)
    .replace('</body>', () => `${dataPlace}\n    <script type="module">${script}</script>\n  </body>`);
}

/** JSON that no HTML reader takes for markup. */
const harmless = (data: unknown): string => jsonText(data).replaceAll('<', '\\u003c');

/** The page with its data: of a report all the answers, of a dashboard who is asked. */
export const pageWith = (page: string, data: unknown): string =>
  page.replace(dataPlace, () => `<script type="application/json" id="data">${harmless(data)}</script>`);
