import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { rollbackAlarms } from '../../../core/plan/provisioning.ts';
import { tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { distinct } from '../referenced.ts';
import { after, allPages, list, text } from '../response.ts';

/** CloudWatch takes so many names in one call. */
const namesInCall = 100;

export default collector({
  fact: 'alarms',
  grants: [
    {
      // Composite alarms are listed for a grant on every resource only:
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
      action: 'cloudwatch:DescribeAlarms',
      needed: (plan) => plan.clusters.some((c) => rollbackAlarms(c.request).length > 0),
      why: 'whether the alarms exist that end updates',
    },
  ],
  collect: ({ call, planned }) =>
    tryRead(async () => {
      const names = distinct(planned.flatMap((c) => rollbackAlarms(c.request).map((a) => a.alarm)));
      const lots = Array.from({ length: Math.ceil(names.length / namesInCall) }, (_, i) =>
        names.slice(i * namesInCall, (i + 1) * namesInCall),
      );
      const found = lots.map((AlarmNames) =>
        allPages(
          (token) =>
            call('cloudwatch:DescribeAlarms', (cloudwatch, options) =>
              cloudwatch.send(
                new DescribeAlarmsCommand({ AlarmNames, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100, ...after(token) }),
                options,
              ),
            ),
          (page) =>
            [...list(page.MetricAlarms, 'MetricAlarms'), ...list(page.CompositeAlarms, 'CompositeAlarms')].map((a) =>
              text(a.AlarmName, 'AlarmName'),
            ),
        ),
      );
      return distinct((await Promise.all(found)).flat());
    }),
});
