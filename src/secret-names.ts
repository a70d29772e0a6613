/** Settings are spelled in camelCase, fields in the vault in snake_case. */
export const toField = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (it) => `_${it.toLowerCase()}`);
export const toName = (field: string): string =>
  field.replaceAll(/_([a-z])/g, (_, it: string) => it.toUpperCase());

const noHost = 'nowhere.invalid:443';

/** Credentials of a connection without any host, such as one that only receives, are bound to none there is. */
export const boundTo = (hosts: readonly string[]): readonly string[] =>
  hosts.length === 0 ? [noHost] : hosts;
