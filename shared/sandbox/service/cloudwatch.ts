/** CloudWatch: alarms. */
import * as z from 'zod';
import { page, type RowsCall, texts } from '../call.ts';
import { json } from '../protocol/json.ts';
import type { Service } from './service.ts';

/** What a region contains of it. */
export const cloudwatchRows = {
  /** Alarms as DescribeAlarms answers them; those with a rule are composite. */
  alarms: z.array(z.looseObject({ AlarmName: z.string(), AlarmRule: z.string().optional() })).default([]),
};

type CloudWatchCall = RowsCall<typeof cloudwatchRows>;

const paging = { size: 'MaxRecords', token: 'NextToken', most: 100, badToken: 'InvalidNextToken', badSize: 'ValidationException' };

const service: Service<CloudWatchCall> = {
  name: 'cloudwatch',
  signedAs: 'monitoring',
  protocol: json(['AlarmConfigurationUpdatedTimestamp', 'StateUpdatedTimestamp']),
  operations: {
    DescribeAlarms: (call) => {
      const names = texts(call.input, 'AlarmNames');
      const given = texts(call.input, 'AlarmTypes');
      const types = given.length > 0 ? given : ['MetricAlarm'];
      const typeOf = (alarm: { readonly AlarmRule?: string | undefined }) =>
        alarm.AlarmRule === undefined ? 'MetricAlarm' : 'CompositeAlarm';
      const found = call.here.alarms.filter((a) => (names.length === 0 || names.includes(a.AlarmName)) && types.includes(typeOf(a)));
      const { rows, next } = page(call, found, paging);
      return {
        MetricAlarms: rows.filter((a) => typeOf(a) === 'MetricAlarm'),
        CompositeAlarms: rows.filter((a) => typeOf(a) === 'CompositeAlarm'),
        ...(next !== undefined && { NextToken: next }),
      };
    },
  },
};

export default service;
