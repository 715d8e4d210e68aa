/** Pictures of README files: those that are named are there, as wide as they are taken, and no other is stored. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pictures, picturesFolder } from './pictures.ts';

const root = resolve(import.meta.dirname, '../..');
/** As Markdown or as HTML, which alone can set a width; either way with a text alternative. */
const namedIn = (readme: string): readonly string[] =>
  [...readFileSync(join(root, readme), 'utf8').matchAll(/!\[[^\]]+\]\((\S+\.png)\)|<img src="([^"]+\.png)"[^>]* alt="[^"]+"/g)].map((m) =>
    join(dirname(readme), m[1] ?? m[2] ?? ''),
  );
const named = [...new Set([...namedIn('README.md'), ...namedIn('functions/dashboard/README.md')])].toSorted();
const lying = readdirSync(join(root, picturesFolder)).toSorted();

/** Width and height as the head of a PNG has them (its first chunk, IHDR); undefined where it is none. */
function sizeOf(png: Buffer): { readonly width: number; readonly height: number } | undefined {
  const isPng = png.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n' && png.subarray(12, 16).toString('latin1') === 'IHDR';
  return isPng ? { width: png.readUInt32BE(16), height: png.readUInt32BE(20) } : undefined;
}

describe('pictures of README files', () => {
  test('are all named, and no other is', () => {
    expect(named).toEqual(lying.map((file) => `${picturesFolder}/${file}`));
  });

  test('each is one that can be taken again', () => {
    expect(lying).toEqual(Object.keys(pictures).toSorted());
  });

  test.each(Object.entries(pictures))('%s is a PNG of its size, under 200 KB', (file, { width, height }) => {
    const png = readFileSync(join(root, picturesFolder, file));
    expect(sizeOf(png)).toEqual({ width, height });
    expect(png.length).toBeLessThan(200_000);
  });
});
