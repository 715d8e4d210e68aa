/** Whether CDK's bootstrap stack stands in an account and region: without it there is nowhere to put what is deployed. */
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Read } from '../../core/evaluation/facts.ts';
import { onLine } from '../client/calls.ts';
import { orNull, reading } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';
import { text, thing } from '../collect/response.ts';

/** Where the bootstrap stack of the default qualifier writes down its version. */
const parameter = '/cdk-bootstrap/hnb659fds/version';

/** The version of the bootstrap stack; `null` where there is none. */
export const bootstrapVersion = (region: string, settings: AwsSettings): Promise<Read<number | null>> =>
  onLine(settings, region, ({ call }) =>
    reading(async () => {
      const answer = await orNull(
        () => call('ssm:GetParameter', (ssm, options) => ssm.send(new GetParameterCommand({ Name: parameter }), options)),
        'ParameterNotFound',
      );
      return answer && Number(text(thing(answer.Parameter, 'Parameter').Value, 'Value'));
    }),
  );
