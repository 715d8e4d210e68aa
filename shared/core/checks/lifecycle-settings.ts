import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';

export default clusterCheck({
  id: 'lifecycle-settings',
  level: 'recommended',
  title: 'LifeCycleConfig names a location and a script',
  rationale:
    'According to AWS documentation OnCreate and SourceS3Uri are required together. One without the other is refused or has no effect.',
  applies: 'groups of planned clusters with LifeCycleConfig',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterLifeCycleConfig.html',
  needs: [],
  *cases(_, { plan }) {
    if (!plan) return;
    for (const { InstanceGroupName: name, LifeCycleConfig: config } of groupsOfRequest(plan.request)) {
      if (config === undefined) continue;
      const scripts = [config.OnCreate, config.OnInitComplete].filter((script) => script !== undefined);
      yield {
        group: name,
        resource: 'LifeCycleConfig',
        evaluate: () => {
          if (config.SourceS3Uri && scripts.length === 0)
            return fail(
              `Group ${name} names SourceS3Uri ${config.SourceS3Uri} and 0 scripts, 1 required. HyperPod runs no script on its nodes.`,
              {
                text: 'Add OnCreate with the name of the script, or remove LifeCycleConfig.',
              },
            );
          if (!config.SourceS3Uri && scripts.length > 0)
            return fail(`Group ${name} names ${scripts.join(' and ')} and no SourceS3Uri, which is required.`, {
              text: 'Add SourceS3Uri, or remove LifeCycleConfig.',
            });
          return scripts.length === 0 ? undefined : pass(`Group ${name} runs ${scripts.join(' and ')} from ${config.SourceS3Uri}.`);
        },
      };
    }
  },
});
