import { z } from 'zod';
import { settingShapes } from '#core/settings.ts';
import { Moment } from './page.ts';

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

/** What somebody wants to loosen; the same change by another person makes it. */
export const SettingRequests = z
  .object({
    items: z.array(
      z.object({
        group: z.string(),
        change: z.record(z.string(), z.unknown()).meta({ description: 'What would be different' }),
        loosens: z
          .array(z.string())
          .meta({ description: 'The limits that would let more pass, such as company.headcount' }),
        askedBy: z.object({ id: z.string(), name: z.string().nullable() }),
        askedAt: Moment,
      }),
    ),
  })
  .meta({ id: 'SettingRequests' });
export type SettingRequests = z.infer<typeof SettingRequests>;
