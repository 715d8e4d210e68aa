/**
 * The address for questions, which answers only requests signed with AWS credentials. It grants no access by itself: a
 * caller needs a policy with `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction` on the function.
 */
import { CfnUrl, FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export class QueryUrl extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, query: LambdaFunction) {
    super(scope, id);
    // No CORS: pages ask through the command line, which signs; a browser has no credentials to sign with.
    this.url = new CfnUrl(this, 'Url', { authType: FunctionUrlAuthType.AWS_IAM, targetFunctionArn: query.functionArn }).attrFunctionUrl;
  }
}
