import { z } from 'zod';
import { settingShapes } from '#core/settings.ts';

export const SettingsDocument = z.object(settingShapes).meta({ id: 'Settings' });
export type SettingsDocument = z.infer<typeof SettingsDocument>;

/** JSON Schema of each group. */
export const SettingForms = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .meta({ id: 'SettingForms' });
export type SettingForms = z.infer<typeof SettingForms>;

export const Setting = z.union(Object.values(settingShapes)).meta({ id: 'Setting' });

export const SettingChange = z.record(z.string(), z.unknown()).meta({
  id: 'SettingChange',
  description: 'What is to be different; what is left out stays as it is',
});
