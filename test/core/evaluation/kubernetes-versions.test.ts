import { expect, test } from 'vitest';
import { minorOf, usableVersions } from '../../../shared/core/evaluation/kubernetes-versions.ts';
import { denied, ok } from '../healthy.ts';

const eks = (...versions: readonly string[]) => ok(versions.map((version) => ({ version, status: 'STANDARD_SUPPORT' })));
const images = (...versions: readonly string[]) => ok(versions);

test.each([
  ['1.33', 33],
  ['1.3', 3],
  ['2.31', undefined],
  ['1.33.1', undefined],
  ['unknown', undefined],
])('%s', (version, minor) => {
  expect(minorOf(version)).toBe(minor);
});

test('usable is what EKS supports and has an image, in order of versions', () => {
  expect(usableVersions({ kubernetesVersions: eks('1.37', '1.36', '1.35'), imageVersions: images('1.34', '1.35', '1.36') })).toEqual({
    minors: [35, 36],
    offered: [35, 36, 37],
    words: '1.35 to 1.36 (EKS and the images of HyperPod)',
  });
});

test('what EKS lists as unsupported is not usable', () => {
  const kubernetesVersions = ok([
    { version: '1.35', status: 'UNSUPPORTED' },
    { version: '1.36', status: 'EXTENDED_SUPPORT' },
  ]);
  expect(usableVersions({ kubernetesVersions, imageVersions: images('1.35', '1.36') }).minors).toEqual([36]);
});

test.each([
  [
    'EKS denied',
    denied('eks:DescribeClusterVersions'),
    images('1.36'),
    'the versions of EKS could not be read (eks:DescribeClusterVersions)',
  ],
  ['images denied', eks('1.36'), denied('ssm:GetParametersByPath'), 'the images of HyperPod could not be read (ssm:GetParametersByPath)'],
  ['no images listed', eks('1.36'), images(), 'AWS lists no version that has both'],
] as const)('%s: the dated list', (_, kubernetesVersions, imageVersions, why) => {
  const usable = usableVersions({ kubernetesVersions, imageVersions });
  expect(usable).toMatchObject({ minors: [32, 33, 34, 35, 36], words: '1.32 to 1.36 (as of 2026-11-30)' });
  expect(usable.fallback).toContain(why);
});
