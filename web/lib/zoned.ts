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

/** The end of a day there, such as 2026-12-31: the moment at which the next one begins; what is no day stays. */
export function dayEndOf(day: string, zone: string): string {
  const next = dayjs.utc(day).add(1, 'day');
  return next.isValid() ? momentOf(next.format('YYYY-MM-DDT00:00'), zone) : day;
}

/** The day that ends at a moment there; null: none does. */
export function dayThatEndsAt(at: string, zone: string): string | null {
  const [day = '', time] = localTime(at, zone).split('T');
  return time === '00:00' ? dayjs.utc(day).subtract(1, 'day').format('YYYY-MM-DD') : null;
}
