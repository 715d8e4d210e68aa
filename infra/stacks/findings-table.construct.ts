/**
 * The findings table as the code defines it. It stays when the stack is deleted, but not when the deployment that makes it fails: with
 * RetainExceptOnCreate CloudFormation then deletes it, which deletion protection would prevent. So the first deployment is without.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
import { CfnDeletionPolicy } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { definedAttributes, type IndexSet } from '../../shared/aws/findings/index-steps.ts';
import { expiryAttribute, tableDefinition } from '../../shared/aws/findings/keys.ts';

const keys = (schema: readonly { readonly AttributeName: string; readonly KeyType: string }[]) =>
  schema.map(({ AttributeName, KeyType }) => ({ attributeName: AttributeName, keyType: KeyType }));

export interface FindingsTableProps {
  readonly kmsKey?: string;
  /** The stack does not exist so far. */
  readonly firstDeployment?: boolean;
  /** A step on the way to the indexes of this version. */
  readonly indexes?: IndexSet;
}

export class FindingsTableConstruct extends Construct {
  readonly tableName: string;
  readonly tableArn: string;
  readonly streamArn: string;

  constructor(
    scope: Construct,
    id: string,
    { kmsKey, firstDeployment = false, indexes = tableDefinition.GlobalSecondaryIndexes }: FindingsTableProps,
  ) {
    super(scope, id);
    const table = new CfnTable(this, 'Table', {
      attributeDefinitions: definedAttributes(indexes).map((attributeName) => ({ attributeName, attributeType: 'S' })),
      keySchema: keys(tableDefinition.KeySchema),
      billingMode: tableDefinition.BillingMode,
      globalSecondaryIndexes: indexes.map(({ IndexName, KeySchema, Projection }) => ({
        indexName: IndexName,
        keySchema: keys(KeySchema),
        projection: {
          projectionType: Projection.ProjectionType,
          nonKeyAttributes: Projection.NonKeyAttributes && [...Projection.NonKeyAttributes],
        },
      })),
      timeToLiveSpecification: { attributeName: expiryAttribute, enabled: true },
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtectionEnabled: !firstDeployment,
      // The functions read the commit itself: the stream only names it.
      streamSpecification: { streamViewType: 'KEYS_ONLY' },
      // Without a key of the plan, DynamoDB's own key encrypts it.
      ...(kmsKey !== undefined && { sseSpecification: { sseEnabled: true, sseType: 'KMS', kmsMasterKeyId: kmsKey } }),
    });
    table.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
    table.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    this.tableName = table.ref;
    this.tableArn = table.attrArn;
    this.streamArn = table.attrStreamArn;
  }
}
