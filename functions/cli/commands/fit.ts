import { Option } from 'commander';
import { choose } from '../../process/strict-command.ts';
import type { CommandDefinition } from '../command.ts';
import { formatOption, options } from '../options.ts';

export const fitCommand: CommandDefinition = {
  name: 'fit',
  description: 'rank regions, zones and subnets by whether a cluster would come up there now, and say what is missing',
  options: [
    new Option('--type <type>', 'instance type, such as ml.p5.48xlarge').makeOptionMandatory(),
    new Option('--count <nodes>', 'how many nodes').makeOptionMandatory(),
    choose(new Option('--orchestrator <orchestrator>', 'what runs the cluster'), ['eks', 'slurm']).makeOptionMandatory(),
    options.fitRegion,
    new Option('--spot', 'Spot capacity'),
    new Option('--efa', 'request EFA interfaces, so that the rules for EFA are required for any instance type'),
    new Option('--eks-cluster <name>', 'only on this EKS cluster (default: every EKS cluster)'),
    new Option('--role <arn>', 'evaluate this execution role too'),
    new Option('--lifecycle <address>', 'evaluate this lifecycle script too: s3://bucket/folder/on_create.sh'),
    new Option('--name <name>', 'name of the cluster in what is printed and written'),
    new Option('--write <file>', 'write the best place to this file: a plan, or for a name with .json the CreateCluster request'),
    new Option('--rows <number>', 'places to print').default('20'),
    options.profile,
    options.sandbox,
    options.output,
    options.timeout,
    formatOption(['text', 'json']),
  ],
  renamed: { '--regions': '--region' },
  help: `
Evaluates each subnet by the checks of an audit, with the security groups of its VPC that fit best, and on EKS with each EKS
cluster. Lists what was not evaluated. Whether instances are free is not known. \`policy --for fit\` prints the IAM policy
that this needs.

Exit code:
  0  in at least one place nothing required is missing, and everything required was evaluated
  1  something required is missing everywhere
  2  no place without a missing requirement is known, but something required was not evaluated
  3  no result: the arguments, the credentials, or a defect of this tool
  130  interrupted`,
  examples: [
    'fit --sandbox --type ml.p5.48xlarge --count 16 --orchestrator slurm',
    'fit --type ml.p5.48xlarge --count 32 --orchestrator eks --region us-west-2,us-east-1',
    'fit --type ml.trn2.48xlarge --count 8 --orchestrator slurm --region all --write my-plan.yaml',
  ],
  action: async () => (await import('../actions/fit.ts')).findFit,
};
