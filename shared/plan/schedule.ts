/**
 * EventBridge's schedule expressions, checked as exactly as EventBridge does, so that a deployment does not fail on one.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * Own code, because aws-cron-expression-validator 1.0.5 refuses 6L, FRIL, LW and 1-12/3, accepts ? and L as years and steps over
 * 59 minutes, and does not say which values a field takes.
 */

interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const fields: readonly CronField[] = [
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] },
  { name: 'day of week', min: 1, max: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
  { name: 'year', min: 1970, max: 2199 },
];

const rate = /^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d{1,5}) (minutes|hours|days))\)$/;
const cron = /^cron\(([^()]+)\)$/;

/** The pattern that editors get: the outline of what `scheduleFault` checks. */
export const scheduleOutline = /^(rate\([1-9]\d{0,5} (minute|hour|day)s?\)|cron\([^()]+\))$/;

function inRange(text: string, field: CronField): boolean {
  if (/^\d{1,4}$/.test(text)) return Number(text) >= field.min && Number(text) <= field.max;
  return field.names?.includes(text.toUpperCase()) ?? false;
}

/** One member of a field's comma-separated list: `*`, `5`, `MON-FRI`, `0/15`, and for days `L`, `15W`, `6L`, `2#1`. */
function isMember(text: string, field: CronField): boolean {
  if (field.name === 'day of month' && (/^(L|LW|WL)$/.test(text) || (/^\d{1,2}W$/.test(text) && inRange(text.slice(0, -1), field))))
    return true;
  if (field.name === 'day of week') {
    if (text === 'L') return true;
    const nth = /^([1-7]|[A-Za-z]{3})(L|#[1-5])$/.exec(text);
    if (nth) return inRange(nth[1] ?? '', field);
  }
  const [range = '', step, ...rest] = text.split('/');
  if (rest.length > 0 || (step !== undefined && !(/^[1-9]\d{0,3}$/.test(step) && Number(step) <= field.max))) return false;
  if (range === '*') return true;
  const [from = '', to, ...more] = range.split('-');
  return more.length === 0 && inRange(from, field) && (to === undefined || inRange(to, field));
}

/** What is wrong with a schedule expression, as a hint; `undefined` if EventBridge takes it. */
export function scheduleFault(text: string): string | undefined {
  if (rate.test(text)) return undefined;
  const body = cron.exec(text)?.[1];
  if (body === undefined) return rateFault(text);
  const parts = body.trim().split(/\s+/);
  if (parts.length !== fields.length) return `cron takes ${fields.length} fields: minutes, hours, day of month, month, day of week, year`;
  const wrong = fields.findIndex((field, i) => {
    const part = parts[i] ?? '';
    return !(part === '?' && field.name.startsWith('day')) && !part.split(',').every((member) => isMember(member, field));
  });
  const field = fields[wrong];
  if (field) return `${parts[wrong]} is no ${field.name}, which goes from ${field.min} to ${field.max}`;
  if ((parts[2] === '?') === (parts[4] === '?')) return 'one of day of month and day of week, and only one, has to be ?';
  return undefined;
}

function rateFault(text: string): string {
  const parts = /^\s*(?:rate\s*\()?\s*(\d{1,6})\s*(minute|min|m|hour|h|day|d)s?\s*\)?\s*$/i.exec(text);
  const count = Number(parts?.[1] ?? 0);
  if (!parts || count < 1) return 'the shortest is rate(1 minute)';
  const unit = { m: 'minute', h: 'hour', d: 'day' }[(parts[2] ?? '').charAt(0).toLowerCase()] ?? 'hour';
  return `write rate(${count} ${unit}${count === 1 ? '' : 's'})`;
}
