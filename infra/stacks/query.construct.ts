/**
 * The address for questions, which answers only requests signed with AWS credentials. In its own account it grants no access by
 * itself: a caller needs a policy with `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction` on the function. Callers of
 * other accounts need the same, and the policy of the function has to name their account.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
import { CfnPermission, CfnUrl, FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export class QueryUrl extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, query: LambdaFunction, accounts: readonly string[] = []) {
    super(scope, id);
    // No CORS: pages ask through the command line, which signs; a browser has no credentials to sign with.
    this.url = new CfnUrl(this, 'Url', { authType: FunctionUrlAuthType.AWS_IAM, targetFunctionArn: query.functionArn }).attrFunctionUrl;
    for (const principal of accounts) {
      const permission = { principal, functionName: query.functionArn };
      const functionUrlAuthType = FunctionUrlAuthType.AWS_IAM;
      new CfnPermission(this, `Url${principal}`, { ...permission, action: 'lambda:InvokeFunctionUrl', functionUrlAuthType });
      // Through the URL alone, not directly.
      new CfnPermission(this, `Function${principal}`, { ...permission, action: 'lambda:InvokeFunction', invokedViaFunctionUrl: true });
    }
  }
}
