import { conditionDocument, yesNo } from './condition-fields.ts';
import { momentText } from './moment-text.ts';
import type {
  AccountChoice,
  NoticeStep,
  PlaybookStep,
  Recipient,
  SystemChoice,
} from './playbook.ts';

/** A step as documents have it. */
export function stepDocument(step: PlaybookStep): Record<string, unknown> {
  return {
    id: step.id,
    layer: step.layer,
    ...(step.title !== null && { title: step.title }),
    ...(step.why !== null && { why: step.why }),
    ...contentOf(step),
    ...(step.at && { at: momentText(step.at) }),
    ...(step.after.length > 0 && { after: step.after }),
    ...(step.when && { when: conditionDocument(step.when) }),
  };
}

function contentOf(step: PlaybookStep): Record<string, unknown> {
  switch (step.kind) {
    case 'action':
      return {
        do: step.do,
        on: choiceDocument(step.on),
        ...(Object.keys(step.with).length > 0 && { with: step.with }),
        ...(step.approval && { approval: 'yes' }),
      };
    case 'task': {
      const { title, instructions, assignTo, acceptedBy, due, proof } = step.task;
      return {
        task: {
          title,
          ...(instructions !== null && { instructions }),
          'assign to': personDocument(assignTo),
          ...(acceptedBy !== null && { 'accepted by': personDocument(acceptedBy) }),
          due: momentText(due),
          ...(proof.length > 0 && { proof }),
        },
      };
    }
    case 'knowledge': {
      const { assignTo, due, headings } = step.knowledge;
      return {
        knowledge: { 'assign to': personDocument(assignTo), due: momentText(due), headings },
      };
    }
    case 'obligations':
      return { obligations: step.obligations ?? 'all' };
    case 'ticket':
      return { ticket: { on: systemDocument(step.ticket.on), as: step.ticket.as } };
    case 'record':
      return {
        record: {
          on: isEverywhere(step.record.on) ? 'every record system' : systemDocument(step.record.on),
          ...(step.record.personalValues && { 'personal values': 'yes' }),
        },
      };
    case 'survey':
      return { survey: step.survey };
    case 'notice':
      return { notice: noticeDocument(step.notice) };
  }
}

function choiceDocument({ category, connection, privileged }: AccountChoice): unknown {
  if (category === null && connection === null && privileged === null) return 'every account';
  return {
    ...(category !== null && { category }),
    ...(connection !== null && { connection }),
    ...(privileged !== null && { privileged: yesNo(privileged) }),
  };
}

function noticeDocument({ to, by, subject, text }: NoticeStep['notice']): object {
  return { to: to.map(personDocument), ...(by !== null && { by }), subject, text };
}

const isEverywhere = ({ category, connection }: SystemChoice): boolean =>
  category === null && connection === null;

const systemDocument = ({ category, connection }: SystemChoice): unknown => ({
  ...(category !== null && { category }),
  ...(connection !== null && { connection }),
});

function personDocument(person: Recipient): unknown {
  if ('manager' in person) return 'manager';
  if ('successor' in person) return 'successor';
  if ('newcomer' in person) return 'newcomer';
  if ('personalEmail' in person) return 'personal address';
  if ('leaver' in person) return 'leaver';
  if ('reports' in person) return 'reports';
  if ('systemOwner' in person) return { 'system owner': person.systemOwner };
  return person;
}
