import { z } from 'zod';
import { caseStates } from '#core/case.ts';
import { caseViews } from '#core/case-view.ts';

const lists = ['departures', 'arrivals'] as const;

const Search = z.strictObject({
  view: z.enum(caseViews).optional(),
  state: z.enum(caseStates).optional(),
  text: z.string().trim().min(1).max(200).optional(),
});

export const SavedView = z
  .object({
    id: z.string(),
    list: z.enum(lists),
    name: z.string(),
    search: Search,
    shared: z.boolean().meta({ description: 'Others see it as well' }),
    owner: z.object({ id: z.string(), name: z.string().nullable() }),
    isOwn: z.boolean().meta({ description: 'The caller keeps it, and may take it out' }),
  })
  .meta({ id: 'SavedView' });
export type SavedView = z.infer<typeof SavedView>;

export const SavedViewList = z.object({ items: z.array(SavedView) }).meta({ id: 'SavedViewList' });
export type SavedViewList = z.infer<typeof SavedViewList>;

export const SavedViewInput = z
  .strictObject({
    list: z.enum(lists),
    name: z.string().trim().min(1).max(60),
    search: Search.refine((it) => Object.keys(it).length > 0, {
      error: 'choose something first: a view of everything is there already',
    }),
    shared: z.boolean().default(false),
  })
  .refine((it) => !(it.shared && it.search.text !== undefined), {
    path: ['shared'],
    error: 'a view that looks for a text is for you alone: what is looked for may be a name',
  })
  .meta({ id: 'SavedViewInput' });
