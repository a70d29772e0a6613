/** One syslog message, in our words. */
export interface SyslogMessage {
  readonly at: Date;
  readonly hostname: string | null;
  /** What kind of message it is: letters, digits and dots. */
  readonly kind: string;
  readonly text: string;
}

/** Facility 13 (log audit), severity 6 (informational): RFC 5424, 6.2.1. */
const priority = 13 * 8 + 6;

/** RFC 5424 writes text that is not ASCII with this in front. */
const byteOrderMark = '\ufeff';

/** A message after RFC 5424, counted in octets after RFC 6587, so that its text may hold anything. */
export function frame({ at, hostname, kind, text }: SyslogMessage): Buffer {
  const header = `<${priority}>1 ${at.toISOString()} ${hostname ?? '-'} gatehouse - ${kind.slice(0, 32)} -`;
  const isAscii = /^[\x20-\x7e]*$/.test(text);
  const message = Buffer.from(`${header} ${isAscii ? '' : byteOrderMark}${text}`);
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}
