/** The page's styles are made of tokens alone, and colours of text have the contrast of WCAG 2.2 AA in both themes. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const folder = resolve(import.meta.dirname, '../../../functions/dashboard/page');
const styles = readFileSync(join(folder, 'page.css'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
const tokens = readFileSync(join(folder, 'tokens.css'), 'utf8');

/** Colours and lengths that are written down. A media query cannot read a token. */
const literals = (css: string): readonly string[] =>
  css
    .split('\n')
    .filter((line) => !line.trim().startsWith('@media'))
    .flatMap((line) => line.match(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(|\d*\.?\d+(?:px|rem|em|ch|pt|vw|vh|ms|s)\b/gi) ?? []);

test('literals are seen', () => {
  expect(literals('a { color: #fff; margin: 0.5rem 0; }\n@media (max-width: 48rem) {\nb { background: rgb(0 0 0); width: 100% }')).toEqual([
    '#fff',
    '0.5rem',
    'rgb(',
  ]);
});

test('page.css names tokens, every one of them, and no other', () => {
  expect(literals(styles)).toEqual([]);
  const used = new Set([...styles.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name));
  const defined = new Set([...tokens.matchAll(/(--[\w-]+):/g)].map(([, name]) => name));
  expect([...used].filter((name) => !defined.has(name))).toEqual([]);
  expect([...defined].filter((name) => !used.has(name))).toEqual([]);
});

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const colours = new Map(
  [...tokens.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name = '', light = '', dark = '']) => [
    name,
    [light, dark] as const,
  ]),
);
const states = ['blocked', 'unknown', 'at_risk', 'ready'] as const;

/** What stands on what, and the ratio that it needs: 4.5 as text, 3 as the outline of a control or a line of a chart. */
const pairs: readonly (readonly [front: string, back: string, least: number])[] = [
  ...['ground', 'raised', 'accent-ground'].flatMap((back) => ['text', 'quiet', 'accent'].map((front) => [front, back, 4.5] as const)),
  ...states.flatMap((state) => ['ground', 'raised', `${state}-ground`].map((back) => [state, back, 4.5] as const)),
  ['accent', 'blocked-ground', 4.5],
  ['edge', 'ground', 3],
];

describe('contrast', () => {
  test.each(pairs)('%s on %s is at least %d in both themes', (front, back, least) => {
    const [a, b] = [colours.get(front), colours.get(back)];
    for (const theme of [0, 1] as const) expect(contrast(a?.[theme] ?? '', b?.[theme] ?? '')).toBeGreaterThanOrEqual(least);
  });

  test('every colour is in the table but lines that separate', () => {
    const tested = new Set(pairs.flatMap((pair) => pair.slice(0, 2)));
    expect([...colours.keys()].filter((name) => !tested.has(name))).toEqual(['line']);
  });
});
