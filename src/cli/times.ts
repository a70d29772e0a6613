/** The last part of a zone's name: the place that people know. */
export function placeOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** A moment on the clock of a place: “23 Nov 17:00 Berlin”, with the year when it is another one. */
export function momentText(at: string | Date, zone: string, now: Date): string {
  const { day, time } = clock(new Date(at), zone, now);
  return `${day} ${time} ${placeOf(zone)}`;
}

/** The time of day alone where it is today there, else with the day. */
export function shortMoment(at: string | Date, zone: string, now: Date): string {
  const then = clock(new Date(at), zone, now);
  return then.day === clock(now, zone, now).day ? then.time : `${then.day} ${then.time}`;
}

/** A calendar day, such as “23 Nov”; it has no zone. */
export function dayText(day: string, now: Date): string {
  return clock(new Date(`${day}T12:00:00Z`), 'UTC', now).day;
}

function clock(at: Date, zone: string, now: Date): { day: string; time: string } {
  const there = parts(at, zone);
  const sameYear = there.year === parts(now, zone).year;
  return {
    day: `${there.day} ${there.month}${sameYear ? '' : ` ${there.year}`}`,
    time: `${there.hour}:${there.minute}`,
  };
}

const formats = new Map<string, Intl.DateTimeFormat>();

function parts(at: Date, zone: string): Readonly<Record<string, string>> {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}
