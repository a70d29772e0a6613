import { z } from 'zod';
import { caseStates } from '#core/case.ts';
import { caseViews } from '#core/case-view.ts';
import { results } from '#core/result.ts';
import { namesSomebody } from '#core/saved-view.ts';
import { grades } from '#core/step.ts';

const CaseSearch = z.strictObject({
  view: z.enum(caseViews).optional(),
  state: z.enum(caseStates).optional(),
  text: z.string().trim().min(1).max(200).optional(),
});

const text = z.string().trim().min(1).max(200).optional();
const day = z.iso.date().optional();
const AuditSearch = z.strictObject({
  text,
  person: text,
  case: text,
  system: text,
  actor: text,
  type: text,
  grade: z.enum(grades).optional(),
  result: z.enum(results).optional(),
  from: day,
  to: day,
});

/** Which list, and what its address says. */
const choices = [
  { list: z.enum(['departures', 'arrivals']), search: CaseSearch },
  { list: z.literal('audit'), search: AuditSearch },
] as const;

const kept = {
  id: z.string(),
  name: z.string(),
  shared: z.boolean().meta({ description: 'Others see it as well' }),
  owner: z.object({ id: z.string(), name: z.string().nullable() }),
  isOwn: z.boolean().meta({ description: 'The caller keeps it, and may take it out' }),
};

export const SavedView = z
  .discriminatedUnion('list', [
    z.object({ ...kept, ...choices[0] }),
    z.object({ ...kept, ...choices[1] }),
  ])
  .meta({ id: 'SavedView' });
export type SavedView = z.infer<typeof SavedView>;

export const SavedViewList = z.object({ items: z.array(SavedView) }).meta({ id: 'SavedViewList' });
export type SavedViewList = z.infer<typeof SavedViewList>;

const given = {
  name: z.string().trim().min(1).max(60),
  shared: z.boolean().default(false),
};

export const SavedViewInput = z
  .discriminatedUnion('list', [
    z.strictObject({ ...given, ...choices[0] }),
    z.strictObject({ ...given, ...choices[1] }),
  ])
  .refine(({ search }) => Object.keys(search).length > 0, {
    path: ['search'],
    error: 'choose something first: a view of everything is there already',
  })
  .refine((it) => !(it.shared && namesSomebody(it.search)), {
    path: ['shared'],
    error: 'a view that looks for a text is for you alone: what is looked for may be a name',
  })
  .meta({ id: 'SavedViewInput' });
