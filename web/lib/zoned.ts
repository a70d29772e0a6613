import dayjs from 'dayjs';
import timezone from 'dayjs/plugin/timezone.js';
import utc from 'dayjs/plugin/utc.js';

dayjs.extend(utc);
dayjs.extend(timezone);

const format = 'YYYY-MM-DDTHH:mm';

/** The moment, in ISO 8601, at which a clock in the zone shows a time such as 2026-12-31T17:00; what is no time stays. */
export function momentOf(local: string, zone: string): string {
  const moment = dayjs.tz(local, zone);
  return moment.isValid() ? moment.toISOString() : local;
}

/** What a clock in the zone shows at a moment, such as 2026-12-31T17:00. */
export const localTime = (at: string, zone: string): string => dayjs(at).tz(zone).format(format);
