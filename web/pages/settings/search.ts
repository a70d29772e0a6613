export const settingsParts = [
  'company',
  'alerts',
  'guardrails',
  'kill-switch',
  'users',
  'signIn',
  'protected',
  'onPremises',
  'sources',
  'playbooks',
  'obligations',
  'surveys',
  'retention',
  'checkpoints',
] as const;
export type SettingsPart = (typeof settingsParts)[number];

/** What the address of the settings says: the part that is shown. */
export interface SettingsSearch {
  readonly part?: SettingsPart;
}

export function settingsSearch(it: Readonly<Record<string, unknown>>): SettingsSearch {
  const part = settingsParts.find((known) => known === it['part']);
  return part ? { part } : {};
}
