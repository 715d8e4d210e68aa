/** What may be written in a description, and how mistakes are reported. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changeRegion, emptyRegion, parseDescription, readDescription } from '../../shared/sandbox/description.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { defaultQuotas, instanceTypes, offerings, regionNames } from '../../shared/sandbox/world.ts';
import { account } from './clients.ts';

const withRegion = (region: object, name = 'us-west-2') => ({ accounts: { '111122223333': { regions: { [name]: region } } } });

describe('a description', () => {
  test('may leave out nearly everything', () => {
    const d = parseDescription(withRegion({}));
    expect(d.accounts[account]?.regions['us-west-2']).toEqual(emptyRegion);
    expect(d.accounts[account]?.iam.roles).toEqual({});
  });

  test.each([
    ['an account id', { accounts: { '1111': {} } }, 'accounts.1111: '],
    ['an unknown key', withRegion({ subnet: [] }), 'accounts.111122223333.regions.us-west-2: Unrecognized key: "subnet"'],
    ['a row without its id', withRegion({ vpcs: [{ CidrBlock: '10.0.0.0/16', OwnerId: '1' }] }), 'regions.us-west-2.vpcs[0].VpcId: '],
    ['a status AWS does not have', withRegion({ optIn: 'yes' }), 'regions.us-west-2.optIn: '],
    ['an invalid action', withRegion({ denied: ['DescribeVpcs'] }), 'denied[0]: expected an IAM action'],
    ['an unknown region', withRegion({}, 'us-west-9'), 'regions.us-west-9: unknown region; expected one of '],
    [
      'an unknown quota',
      withRegion({ quotas: { sagemaker: { applied: { 'ml.p5.48xlarge for cluster use': 1 } } } }),
      'no quota of sagemaker in us-west-2 is named "ml.p5.48xlarge for cluster use"',
    ],
    [
      'a bucket in an unknown region',
      { accounts: { '111122223333': { buckets: { b: { region: 'mars' } } } } },
      'buckets.b.region: unknown region "mars"',
    ],
  ])('with %s is refused by its place', (_, json, words) => {
    expect(() => parseDescription(json, 'my.json')).toThrow(words);
    expect(() => parseDescription(json, 'my.json')).toThrow(/^my\.json does not describe an account:\n {2}/);
  });

  test('tells all mistakes at once', () => {
    expect(() => parseDescription(withRegion({ subnet: [], optIn: 'yes' }))).toThrow(/optIn(.|\n)*subnet|subnet(.|\n)*optIn/);
  });

  test('is read from a file, errors name it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    try {
      const [good, bad] = [join(folder, 'good.json'), join(folder, 'bad.json')];
      writeFileSync(good, JSON.stringify(withRegion({})));
      writeFileSync(bad, '{');
      expect(Object.keys(readDescription(good).accounts)).toEqual([account]);
      expect(() => readDescription(bad)).toThrow(`${bad} cannot be read as JSON`);
      expect(() => readDescription(join(folder, 'none.json'))).toThrow('none.json cannot be read as JSON');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('changes in one region without touching the one before', () => {
    const before = storyAccount();
    const after = changeRegion(before, account, 'us-west-2', (r) => ({ subnets: r.subnets.slice(1) }));
    expect(before).toEqual(storyAccount());
    expect(after.accounts[account]?.regions['us-west-2']?.subnets).toHaveLength(1);
    expect(after.accounts[account]?.regions['us-east-1']).toBe(before.accounts[account]?.regions['us-east-1']);
    expect(() => changeRegion(before, '000000000000', 'us-west-2', () => ({}))).toThrow('no account 000000000000');
  });
});

describe('the world', () => {
  test('p5.48xlarge and its like are as recorded', () => {
    const by = Object.fromEntries(instanceTypes.map((t) => [t.type, t]));
    expect(by['p5.48xlarge']).toMatchObject({ cards: 32, interfaces: 64, ipv4: 50, efa: 32, gpu: [8, 'H100'] });
    expect(by['p6-b300.48xlarge']).toMatchObject({ cards: 17, efa: 16 });
    expect(by['trn1.32xlarge']).toMatchObject({ cards: 8, neuron: [16, 'Trainium', 2] });
    expect(by['g7e.8xlarge']).toMatchObject({ ipv4: 64, efa: 1 });
    expect(by['m5.2xlarge']).toMatchObject({ efa: 0 });
    expect(by['m5.2xlarge']?.gpu).toBeUndefined();
    expect(instanceTypes).toHaveLength(200);
  });

  test('every card of a type has as many interfaces, so none is lost in writing them out', () => {
    expect(instanceTypes.filter((t) => t.interfaces % t.cards !== 0)).toEqual([]);
  });

  test('whatever is offered has a row', () => {
    const known = new Set(instanceTypes.map((t) => t.type));
    const offered = regionNames.flatMap((r) => [...offerings(r).keys()]);
    expect(offered.filter((t) => !known.has(t))).toEqual([]);
    expect(offerings('us-east-1').get('p5en.48xlarge')).toEqual(['use1-az2', 'use1-az6']);
  });

  test('codes of AWS stand where they are known, and no code twice', () => {
    const rows = defaultQuotas('sagemaker', 'us-west-2');
    const code = (name: string) => rows.find((q) => q.name === name)?.code;
    expect(code('ml.p5.48xlarge for cluster usage')).toBe('L-8762A75F');
    expect(code('ml.p5.48xlarge for cluster spot instance usage')).toBe('L-F742E2D7');
    expect(code('Total number of instances allowed across SageMaker HyperPod clusters')).toBe('L-3308CCC7');
    expect(new Set(rows.map((q) => q.code)).size).toBe(rows.length);
  });
});
