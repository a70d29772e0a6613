import { Checkbox, NativeSelect, Textarea } from '@mantine/core';
import type { PlaybookParts } from '#api/contract/playbooks.ts';
import { aboutCapability } from '#core/capability.ts';
import type { Json } from '#core/document.ts';
import type { Action, Playbook, PlaybookStep } from '#core/playbook.ts';
import { useWords } from '../../../lib/words.ts';
import { FormFields } from '../../../ui/form.tsx';
import { sentValues, shownValues, withValue } from '../../../ui/form-fields.ts';
import { paramFields } from '../param-fields.ts';
import { MomentField } from './moment-field.tsx';
import { AccountsField, PlaceField } from './place-field.tsx';
import { WhoField, WhomField } from './who-field.tsx';
import { WordingField } from './wording-field.tsx';

export interface DeedProps<Step extends PlaybookStep = PlaybookStep> {
  readonly of: Playbook['for'];
  readonly parts: PlaybookParts;
  readonly step: Step;
  readonly onChange: (it: Step) => void;
}

type Of<Kind extends PlaybookStep['kind']> = DeedProps<Extract<PlaybookStep, { kind: Kind }>>;

/** What a step does, as its kind says it. */
export function DeedFields({ step, ...more }: DeedProps) {
  switch (step.kind) {
    case 'action':
      return <ActionFields {...more} step={step} />;
    case 'task':
      return <TaskFields {...more} step={step} />;
    case 'notice':
      return <NoticeFields {...more} step={step} />;
    case 'knowledge':
      return <KnowledgeFields {...more} step={step} />;
    default:
      return <OtherFields {...more} step={step} />;
  }
}

function ActionFields({ parts, step, onChange }: DeedProps<Action>) {
  const t = useWords('builder');
  const fields = paramFields(parts, step);
  const isGrave = aboutCapability(step.do).weight === 'destructive';
  return (
    <>
      <AccountsField parts={parts} value={step.on} onChange={(on) => onChange({ ...step, on })} />
      <FormFields
        fields={fields}
        values={shownValues(fields, step.with)}
        problems={new Map()}
        onEnter={(path, value) => {
          const entered = withValue(shownValues(fields, step.with), path, value);
          const sent = sentValues(fields, entered).values as Record<string, Json>;
          const names = new Set(fields.map(({ name }) => name));
          const others = Object.entries(step.with).filter(([name]) => !names.has(name));
          onChange({ ...step, with: { ...Object.fromEntries(others), ...sent } });
        }}
      />
      <Checkbox
        label={t('approval')}
        description={isGrave ? t('approvalNeeded') : undefined}
        checked={step.approval}
        onChange={(event) => onChange({ ...step, approval: event.currentTarget.checked })}
      />
    </>
  );
}

function TaskFields({ of, parts, step, onChange }: Of<'task'>) {
  const t = useWords('builder');
  const { task } = step;
  const set = (change: Partial<typeof task>) => onChange({ ...step, task: { ...task, ...change } });
  return (
    <>
      <WordingField
        label={t('task.title')}
        value={task.title}
        onChange={(title) => set({ title })}
      />
      <WordingField
        label={t('task.instructions')}
        isLong
        value={task.instructions}
        onChange={(it) => set({ instructions: it === '' ? null : it })}
      />
      <WhoField
        label={t('task.who')}
        of={of}
        parts={parts}
        value={task.assignTo}
        onChange={(it) => it && set({ assignTo: it })}
      />
      <WhoField
        label={t('task.acceptedBy')}
        nobody={t('who.nobody')}
        of={of}
        parts={parts}
        value={task.acceptedBy}
        onChange={(acceptedBy) => set({ acceptedBy })}
      />
      <MomentField
        label={t('task.due')}
        of={of}
        value={task.due}
        onChange={(it) => it && set({ due: it })}
      />
      <LinesField label={t('task.proof')} value={task.proof} onChange={(proof) => set({ proof })} />
    </>
  );
}

function NoticeFields({ of, parts, step, onChange }: Of<'notice'>) {
  const t = useWords('builder');
  const { notice } = step;
  const set = (change: Partial<typeof notice>) =>
    onChange({ ...step, notice: { ...notice, ...change } });
  const chats = parts.systems.filter((it) => it.carriesNotices || it.id === notice.by);
  return (
    <>
      <WhomField
        label={t('notice.to')}
        isTold
        of={of}
        parts={parts}
        value={notice.to}
        onChange={(to) => set({ to })}
      />
      <NativeSelect
        label={t('notice.by')}
        value={notice.by ?? ''}
        onChange={(event) => set({ by: event.currentTarget.value || null })}
        data={[
          { value: '', label: t('notice.mail') },
          ...chats.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <WordingField
        label={t('notice.subject')}
        value={notice.subject}
        onChange={(subject) => set({ subject })}
      />
      <WordingField
        label={t('notice.text')}
        isLong
        value={notice.text}
        onChange={(text) => set({ text })}
      />
    </>
  );
}

function KnowledgeFields({ of, parts, step, onChange }: Of<'knowledge'>) {
  const t = useWords('builder');
  const { knowledge } = step;
  const set = (change: Partial<typeof knowledge>) =>
    onChange({ ...step, knowledge: { ...knowledge, ...change } });
  return (
    <>
      <WhoField
        label={t('task.who')}
        of={of}
        parts={parts}
        value={knowledge.assignTo}
        onChange={(it) => it && set({ assignTo: it })}
      />
      <MomentField
        label={t('task.due')}
        of={of}
        value={knowledge.due}
        onChange={(it) => it && set({ due: it })}
      />
      <LinesField
        label={t('knowledge.headings')}
        value={knowledge.headings}
        onChange={(headings) => set({ headings })}
      />
    </>
  );
}

function OtherFields({ parts, step, onChange }: DeedProps) {
  const t = useWords('builder');
  switch (step.kind) {
    case 'survey':
      return (
        <NativeSelect
          label={t('survey')}
          value={step.survey}
          onChange={(event) => onChange({ ...step, survey: event.currentTarget.value })}
          data={[...new Set([...parts.surveys, step.survey])]}
        />
      );
    case 'obligations':
      return (
        <LinesField
          label={t('obligations')}
          about={t('obligationsAbout', { packs: parts.rulePacks.join(', ') })}
          value={step.obligations ?? []}
          onChange={(it) =>
            onChange({ ...step, obligations: it.some((name) => name.trim()) ? it : null })
          }
        />
      );
    case 'ticket':
      return (
        <PlaceField
          label={t('place.tickets')}
          parts={parts}
          value={step.ticket.on}
          onChange={(on) => onChange({ ...step, ticket: { ...step.ticket, on } })}
        />
      );
    case 'record':
      return (
        <>
          <PlaceField
            label={t('place.records')}
            every={t('place.everyRecord')}
            parts={parts}
            value={step.record.on}
            onChange={(on) => onChange({ ...step, record: { ...step.record, on } })}
          />
          <Checkbox
            label={t('personalValues')}
            checked={step.record.personalValues}
            onChange={({ currentTarget }) =>
              onChange({
                ...step,
                record: { ...step.record, personalValues: currentTarget.checked },
              })
            }
          />
        </>
      );
    default:
      return null;
  }
}

/** Several texts, one a line. */
function LinesField({
  label,
  about,
  value,
  onChange,
}: {
  label: string;
  about?: string;
  value: readonly string[];
  onChange: (it: readonly string[]) => void;
}) {
  const t = useWords('builder');
  return (
    <Textarea
      label={label}
      description={[about, t('form:onePerLine')].filter(Boolean).join(' ')}
      autosize
      minRows={2}
      maxRows={10}
      value={value.join('\n')}
      onChange={({ currentTarget }) =>
        onChange(currentTarget.value === '' ? [] : currentTarget.value.split('\n'))
      }
    />
  );
}
