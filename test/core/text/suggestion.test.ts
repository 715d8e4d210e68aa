import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closest, editDistance } from '../../../shared/core/text/suggestion.ts';

const regions = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'eu-west-1'];
const checks = ['efa-self-traffic', 'efa-open-egress', 'subnet-free-ips', 'subnet-size'];

describe('closest', () => {
  test.each([
    ['a letter is missing', 'us-wst-2', regions, 'us-west-2'],
    ['a letter too many', 'us-weest-2', regions, 'us-west-2'],
    ['two neighbours are swapped', 'us-wset-2', regions, 'us-west-2'],
    ['another letter', 'us-eest-2', regions, 'us-east-2'],
    ['two edits', 'efa-slf-trafic', checks, 'efa-self-traffic'],
    ['upper case', 'EFA-Self-Traffic', checks, 'efa-self-traffic'],
    ['a separator is missing', 'llmtrain', ['llm-train', 'eval'], 'llm-train'],
    ['a long word beside one that is near', 'abcd', ['abcdefghijkl', 'abce'], 'abce'],
    ['of equally near words the first', 'us-west-3', regions, 'us-west-1'],
    ['three edits are too many', 'efa-slf-trafi', checks, undefined],
    ['another word', 'fsx-ports', checks, undefined],
    ['a short word is not replaced as a whole', 'ab', ['cd'], undefined],
    ['one letter', 'a', ['b'], undefined],
    ['no word', '', regions, undefined],
    ['nothing is known', 'us-west-2', [], undefined],
  ])('%s: %s', (_, word, known, expected) => {
    expect(closest(word, known)).toBe(expected);
  });

  test('the distance can be another', () => {
    expect(closest('efa-slf-trafi', checks, 3)).toBe('efa-self-traffic');
    expect(closest('us-wst-2', regions, 0)).toBeUndefined();
  });

  test('the nearest is taken, wherever it is in the list', () => {
    expect(closest('us-west-2a', ['us-west-1', 'us-west-2'])).toBe('us-west-2');
  });
});

describe('editDistance', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', '-', 'é', '😀'), maxLength: 8 });

  /** One insertion, deletion, replacement or swap somewhere in a word. */
  const edit = fc
    .record({ kind: fc.constantFrom('insert', 'delete', 'replace', 'swap'), place: fc.nat(), letter: fc.constantFrom('a', 'z', '😀') })
    .map(({ kind, place, letter }) => (word: string): string => {
      const letters = [...word];
      const at = place % (letters.length + 1);
      const [one, two] = letters.slice(at, at + 2);
      if (kind === 'insert') letters.splice(at, 0, letter);
      else if (kind === 'replace') letters.splice(at, 1, letter);
      else if (kind === 'delete') letters.splice(at, 1);
      else if (one !== undefined && two !== undefined) letters.splice(at, 2, two, one);
      return letters.join('');
    });

  test.each([
    ['ab', 'ab', 0],
    ['ab', 'ba', 1],
    ['ab', 'bc', 2],
    ['ab', 'ca', 2],
    ['', 'abc', 3],
    ['abc', '', 3],
  ])('from %j to %j is %i', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });

  test('is 0 for the same word alone, and the same both ways', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
      }),
    );
  });

  test('is at most 1 after one edit, and at most 2 after two at places that do not touch', () => {
    fc.assert(
      fc.property(words, words, edit, edit, (a, b, first, second) => {
        expect(editDistance(a, first(a))).toBeLessThanOrEqual(1);
        expect(editDistance(`${a}|${b}`, `${first(a)}|${second(b)}`)).toBeLessThanOrEqual(2);
      }),
    );
  });

  test('is at least the difference in length', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs([...a].length - [...b].length));
      }),
    );
  });
});
