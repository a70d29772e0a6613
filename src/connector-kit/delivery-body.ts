import { ConnectorError } from '#core/failure.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How a delivery of `vendor` is refused that says nothing we could read. */
export const unreadableOf =
  (vendor: string) =>
  (detail: string): ConnectorError =>
    new ConnectorError({
      kind: 'rejected',
      detail: `${vendor}'s delivery cannot be read. ${detail}`,
    });

/** The object that a body holds as JSON in UTF-8; throws what `unreadable` makes of it where there is none. */
export function objectIn(
  body: Uint8Array,
  unreadable: (detail: string) => ConnectorError,
): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw unreadable('The body is no JSON in UTF-8.');
  }
  if (isObject(json)) return json;
  throw unreadable('The body is not an object.');
}
