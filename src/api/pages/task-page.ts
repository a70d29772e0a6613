import { html } from 'hono/html';
import {
  type Closed,
  type FormProblem,
  longestEntry,
  type OpenTask,
  type TaskFormView,
} from '#app/task-form.ts';
import { languages } from '#core/language.ts';
import { type Html, type Plain, pageResponse, plainContent, wrongNote } from './page.ts';
import { type Words, words } from './task-words.ts';
import { textField } from './text-field.ts';

/** Names of fields: of what has to be written down, by its number from 0, and of the note. */
export const proofField = (index: number): string => `p-${index}`;
export const noteField = 'note';

/** The page that whoever has the link of a task sees. */
export function taskPage(view: TaskFormView): Promise<Response> {
  const { language, company } = view;
  const said = words[language];
  const plain = (it: Plain, status: number) =>
    pageResponse({ language, company, title: it.title, content: plainContent(it), status });
  switch (view.kind) {
    case 'closed':
      return plain(said.closed[view.because], statusOf[view.because]);
    case 'recorded':
      return plain(said.recorded[view.what], 200);
    case 'open':
      return pageResponse({
        language,
        company,
        title: view.title,
        content: taskContent(view, said),
        status: statusWith(view.problems),
      });
  }
}

const statusOf: Readonly<Record<Closed, number>> = {
  unknown: 404,
  expired: 410,
  done: 200,
  'not yours': 410,
  'not yet': 503,
  'not needed': 410,
  'not here': 410,
};

function statusWith(problems: readonly FormProblem[]): number {
  if (problems.length === 0) return 200;
  return problems.some(({ problem }) => problem === 'refused') ? 409 : 422;
}

function taskContent(task: OpenTask, said: Words): Html {
  const { done, language } = task;
  const others = languages.filter((it) => it !== language);
  return html`
<h1>${task.title}</h1>
${notes(task, said)}
<p>${said.greeting(task.firstName)}</p>
${done ? doneContent(done, said) : html`<p class="lines">${task.instructions}</p>`}
${task.due === null ? '' : html`<p>${said.due(task.due)}</p>`}
${formContent(task, said)}
<p class="quiet">${said.notForYou}</p>
<p class="quiet">${others.map((it) => html`<a href="?language=${it}" lang="${it}" hreflang="${it}">${words[it].languageName}</a>`)}</p>
`;
}

function doneContent(
  { name, reason, proof, files }: NonNullable<OpenTask['done']>,
  said: Words,
): Html {
  return html`<p class="lines">${said.saysDone(name)} ${reason}</p>
${proof === null ? '' : html`<p class="lines">${said.proof} ${proof}</p>`}
${files.length === 0 ? '' : html`<p>${said.attached(files.join(', '))}</p>`}`;
}

/** What can be answered here; a file cannot, so that is said instead. */
function formContent(task: OpenTask, said: Words): Html {
  const { done, files, language, needsNote } = task;
  if (done === null && files.length > 0)
    return html`<p class="note">${said.file(files.join(', '))}</p>`;
  const note = done
    ? { label: said.whatIsMissing, hint: said.neededToSendBack, required: false }
    : { label: said.note, hint: needsNote ? said.needed : said.optional, required: needsNote };
  // What is missing the server says, in the language of the page.
  return html`<form method="post" novalidate>
<input type="hidden" name="language" value="${language}">
${done ? '' : task.labels.map((label, i) => fieldContent(task, said, { field: i, label, hint: said.needed, required: true }))}
${fieldContent(task, said, { field: 'note', ...note })}
<p>${said.youAnswer}</p>
<div class="acts">${done ? acceptButtons(said) : html`<button name="act" value="done" class="main">${said.done}</button>`}</div>
</form>`;
}

const acceptButtons = (said: Words): Html =>
  html`<button name="act" value="accept" class="main">${said.accept}</button>
<button name="act" value="send-back">${said.sendBack}</button>`;

function fieldContent(
  { entered, problems }: OpenTask,
  said: Words,
  it: { field: 'note' | number; label: string; hint: string; required: boolean },
): Html {
  const wrong = problems.find(({ field }) => field === it.field);
  return textField({
    ...it,
    field: nameOf(it.field),
    given: it.field === 'note' ? entered.note : (entered.proofs[it.field] ?? ''),
    wrong: wrong ? said.problems[wrong.problem] : null,
    maximum: longestEntry,
    rows: it.field === 'note' ? 4 : 1,
  });
}

const nameOf = (field: 'note' | number): string =>
  field === 'note' ? noteField : proofField(field);

/** What keeps it from being settled. */
function notes({ problems, labels, done }: OpenTask, said: Words): Html | '' {
  if (problems.length === 0) return '';
  const noteLabel = done ? said.whatIsMissing : said.note;
  const items = problems.map(({ field, problem }) => {
    if (field === null) return html`<li>${said.problems[problem]}</li>`;
    const label = field === 'note' ? noteLabel : (labels[field] ?? '');
    return html`<li><a href="#${nameOf(field)}">${label}</a>: ${said.problems[problem]}</li>`;
  });
  return wrongNote(said.problemsTitle, items);
}
