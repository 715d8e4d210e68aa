/** The flag for the emulator leaves out what is listed, and nothing but that. */
import { expect, test } from 'vitest';
import { lackingOnEmulator, wrongOnEmulator } from '../../infra/emulator.ts';
import { appOf, fullPlan, type Resource, stack } from './world.ts';

const whole = stack(fullPlan);
const emulated = stack(fullPlan, { emulator: true });

test('the list', () => {
  expect(Object.keys(lackingOnEmulator)).toEqual([
    'AWS::Events::EventBusPolicy',
    'AWS::Chatbot::MicrosoftTeamsChannelConfiguration',
    'AWS::Chatbot::SlackChannelConfiguration',
  ]);
  expect(Object.fromEntries(Object.entries(wrongOnEmulator).map(([type, of]) => [type, Object.keys(of)]))).toEqual({
    'AWS::Lambda::EventSourceMapping': ['ScalingConfig'],
  });
});

test('what is listed is there without the flag, and gone with it', () => {
  for (const type of Object.keys(lackingOnEmulator)) {
    expect(whole.of(type)).not.toEqual([]);
    expect(emulated.of(type)).toEqual([]);
  }
  const properties = (of: typeof whole, type: string) => of.of(type).flatMap((r) => Object.keys(r.Properties));
  for (const [type, wrong] of Object.entries(wrongOnEmulator))
    for (const property of Object.keys(wrong)) {
      expect(properties(whole, type)).toContain(property);
      expect(properties(emulated, type)).not.toContain(property);
    }
});

test('everything else stays as it is', () => {
  const left = Object.fromEntries(
    Object.entries(whole.resources)
      .filter(([, r]) => !(r.Type in lackingOnEmulator))
      .map(([id, r]): [string, Resource] => {
        const wrong = wrongOnEmulator[r.Type] ?? {};
        const kept = Object.entries(r.Properties ?? {}).filter(([name]) => !(name in wrong));
        return [id, { ...r, ...(r.Properties && { Properties: Object.fromEntries(kept) }) }];
      }),
  );
  expect(emulated.resources).toEqual(left);
});

test('there are no stacks for other regions, which the emulator forwards nothing from', () => {
  const names = (emulator: boolean) =>
    appOf(fullPlan, { emulator })
      .synth()
      .stacks.map((s) => s.stackName);
  expect(names(true).filter((n) => n.startsWith('HyperPodAuditorEvents'))).toEqual([]);
  expect(names(false).filter((n) => n.startsWith('HyperPodAuditorEvents'))).toHaveLength(2);
});
