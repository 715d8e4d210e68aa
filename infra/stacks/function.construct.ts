/** One function as all of them are made: bundled, on arm64, with a role of its own that may do what it calls and no more. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IManagedPolicy, ManagedPolicy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, CfnFunction, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { DeploymentSettings } from '../../shared/core/plan/plan.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { type FunctionName, functionSizes } from './functions.ts';
import { joinsVpc, type PolicyGrant } from './grants.ts';
import { fittingPolicies } from './policy-room.ts';

export interface AuditorFunctionProps {
  readonly name: FunctionName;
  /** Folder with the bundle, as `buildFunctions` made it. */
  readonly bundle: string;
  readonly environment: { readonly [name: string]: string };
  /** What the function's own code calls. */
  readonly calls: readonly PolicyGrant[];
  /** What Lambda does in the name of the function's role: polling queues and streams, handing on what failed. */
  readonly service: readonly PolicyGrant[];
  readonly permissionsBoundary?: string;
  /** Where other accounts trust it by its name. */
  readonly roleName?: string;
  /** Executions at once that are its own and its most. */
  readonly reservedConcurrency?: number;
  /** Where it runs; absent: in Lambda's own network. */
  readonly vpc?: DeploymentSettings['vpc'];
  /** The key of the plan, for log and environment; absent: keys of AWS. */
  readonly key?: IKey;
}

export const policyDocument = (allowed: readonly PolicyGrant[]): PolicyDocument | undefined =>
  allowed.length === 0
    ? undefined
    : new PolicyDocument({
        statements: allowed.map(
          ({ actions, resources, conditions }) => new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
        ),
      });

/** Policies of a role that its inline policies have no room for. */
export function addManagedPolicies(scope: Construct, id: string, managed: readonly (readonly PolicyGrant[])[]): readonly ManagedPolicy[] {
  return managed.map((allowed, n) => {
    const policy = new ManagedPolicy(scope, `${id}Calls${n + 2}`, { document: policyDocument(allowed) });
    acknowledgeWildcards(policy, allowed);
    return policy;
  });
}

/**
 * A role for a service, with inline policies and, where these have no room, managed policies of its own. CDK's own grants
 * are not used: they allow more than is called.
 */
export function exactRole(
  scope: Construct,
  id: string,
  {
    service,
    policies,
    permissionsBoundary,
    ownAccountOnly,
    roleName,
  }: {
    readonly service: string;
    readonly policies: { readonly [name: string]: readonly PolicyGrant[] };
    readonly permissionsBoundary?: string;
    /** The service says for whom it acts, so that resources of other accounts cannot use the role. */
    readonly ownAccountOnly?: true;
    readonly roleName?: string;
  },
): Role {
  const boundary: IManagedPolicy | undefined =
    permissionsBoundary === undefined ? undefined : ManagedPolicy.fromManagedPolicyArn(scope, `${id}Boundary`, permissionsBoundary);
  const fitting = fittingPolicies(scope, policies);
  const inline = Object.entries(fitting.inline).flatMap(([name, allowed]) => {
    const document = policyDocument(allowed);
    return document ? [[name, document] as const] : [];
  });
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal(
      service,
      ownAccountOnly && { conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } } },
    ),
    inlinePolicies: Object.fromEntries(inline),
    managedPolicies: [...addManagedPolicies(scope, id, fitting.managed)],
    permissionsBoundary: boundary,
    ...(roleName !== undefined && { roleName }),
  });
  acknowledgeWildcards(role, Object.values(fitting.inline).flat());
  return role;
}

export class AuditorFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: AuditorFunctionProps) {
    super(scope, id);
    const { description, memoryMb, timeoutSeconds } = functionSizes[props.name];
    // Logs are for operators and hold no findings that the table does not; they go with the stack.
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      encryptionKey: props.key,
    });
    this.role = exactRole(this, 'Role', {
      service: 'lambda.amazonaws.com',
      policies: {
        Calls: props.calls,
        Service: [
          ...props.service,
          ...(props.vpc ? joinsVpc(Stack.of(this)) : []),
          { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn], why: 'the log of the function' },
        ],
      },
      permissionsBoundary: props.permissionsBoundary,
      roleName: props.roleName,
    });
    this.function = new LambdaFunction(this, 'Function', {
      description,
      code: Code.fromAsset(props.bundle),
      handler: 'handler.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMb,
      timeout: Duration.seconds(timeoutSeconds),
      environment: { ...props.environment },
      // Lambda makes a grant for itself, so the role needs nothing. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
      environmentEncryption: props.key,
      role: this.role.withoutPolicyUpdates(),
      logGroup,
      loggingFormat: LoggingFormat.TEXT,
      reservedConcurrentExecutions: props.reservedConcurrency,
    });
    // Subnets by their ids: CDK's own way would look the VPC up, or ask the plan for more about it.
    if (props.vpc && this.function.node.defaultChild instanceof CfnFunction)
      this.function.node.defaultChild.vpcConfig = { subnetIds: [...props.vpc.subnets], securityGroupIds: [...props.vpc.securityGroups] };
  }
}
