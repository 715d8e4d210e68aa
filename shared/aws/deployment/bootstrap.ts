/** Whether CDK's bootstrap stack stands in an account and region: without it there is nowhere to put what is deployed. */
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Read } from '../../core/evaluation/facts.ts';
import { withConnection } from '../client/calls.ts';
import { orNull, tryRead } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';
import { present, text } from '../collect/response.ts';

/** Where the bootstrap stack of the default qualifier writes down its version. */
const parameter = '/cdk-bootstrap/hnb659fds/version';

/** The version of the bootstrap stack; `null` if it does not exist. */
export const bootstrapVersion = (region: string, settings: AwsSettings): Promise<Read<number | null>> =>
  withConnection(settings, region, ({ call }) =>
    tryRead(async () => {
      const answer = await orNull(
        () => call('ssm:GetParameter', (ssm, options) => ssm.send(new GetParameterCommand({ Name: parameter }), options)),
        'ParameterNotFound',
      );
      return answer && Number(text(present(answer.Parameter, 'Parameter').Value, 'Value'));
    }),
  );
