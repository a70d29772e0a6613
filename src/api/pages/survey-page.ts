import { html } from 'hono/html';
import type { FormView, OpenForm } from '#app/survey-form.ts';
import type { Language } from '#core/language.ts';
import type { Question } from '#core/survey.ts';
import { scaleSteps, textIn } from '#core/survey.ts';
import { longestAnswer } from '#core/survey-answers.ts';
import { type Html, type Plain, pageResponse, plainContent, wrongNote } from './page.ts';
import { type Words, words } from './survey-words.ts';
import { textField } from './text-field.ts';

/** The page that whoever has a link sees. */
export function surveyPage(view: FormView): Promise<Response> {
  const { language, company } = view;
  const said = words[language];
  const plain = (it: Plain, status: number) =>
    pageResponse({ language, company, title: it.title, content: plainContent(it), status });
  switch (view.kind) {
    case 'unknown':
      return plain(said.unknown, 404);
    case 'closed':
      if (view.because === 'expired') return plain(said.expired, 410);
      if (view.because === 'declined')
        return plain(view.now ? said.declinedNow : said.declined, 200);
      return plain(view.now ? said.thanks : said.answered, 200);
    case 'open':
      return pageResponse({
        language,
        company,
        title: textIn(view.survey.title, language),
        content: formContent(view, said),
        status: view.problems.length > 0 ? 422 : 200,
      });
  }
}

/** Names of fields: what a question is called could be the name of something else in a form. */
export const fieldOf = (question: string): string => `q-${question}`;

function formContent(form: OpenForm, said: Words): Html {
  const { survey, language, company } = form;
  const others = survey.languages.filter((it) => it !== language);
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const questions = survey.questions.map((it) => questionContent(it, form, said));
  return html`
<h1>${textIn(survey.title, language)}</h1>
${notes(form, said)}
<p>${said.greeting(form.firstName)}</p>
<p class="lines">${textIn(survey.intro, language)}</p>
<p>${said.whoReads(company)}</p>
<p>${said.until(day.format(form.expiresAt))}</p>
<form method="post" novalidate>
<input type="hidden" name="language" value="${language}">
${others.length > 0 ? languageSwitch(others, said) : ''}
${questions}
<div class="acts">
<button name="act" value="save">${said.save}</button>
<button name="act" value="send" class="main">${said.send}</button>
</div>
</form>
<details>
<summary>${said.declineTitle}</summary>
<form method="post">
<p>${said.declineText}</p>
<button name="act" value="decline">${said.decline}</button>
</form>
</details>
`;
}

function languageSwitch(others: readonly Language[], said: Words): Html {
  const buttons = others.map(
    (it) =>
      html`<button name="act" value="${it}" class="language" lang="${it}">${words[it].languageName}</button> `,
  );
  return html`<p class="quiet">${said.otherLanguage} ${buttons}</p>`;
}

/** What became of the request before, first on the page and read out at once. */
function notes({ survey, language, problems, saved }: OpenForm, said: Words): Html | '' {
  if (problems.length > 0) {
    const items = problems.map(({ question, problem }) => {
      const asked = survey.questions.find(({ id }) => id === question);
      const text = asked ? textIn(asked.text, language) : question;
      return html`<li><a href="#${fieldOf(question)}">${text}</a> ${problemText(problem, said)}</li>`;
    });
    return wrongNote(said.problemsTitle, items);
  }
  return saved ? html`<p class="note" role="status">${said.saved}</p>` : '';
}

const problemText = (problem: 'missing' | 'too long', said: Words): string =>
  problem === 'missing' ? said.missing : said.tooLong;

function questionContent(question: Question, form: OpenForm, said: Words): Html {
  const { language, answers, problems } = form;
  const field = fieldOf(question.id);
  const given = answers[question.id] ?? '';
  const wrong = problems.find((it) => it.question === question.id);
  const text = textIn(question.text, language);
  if (question.kind === 'text') {
    return textField({
      field,
      label: text,
      hint: question.required ? said.needed : '',
      given,
      wrong: wrong ? problemText(wrong.problem, said) : null,
      required: question.required,
      maximum: longestAnswer,
      rows: 5,
    });
  }
  const needed = question.required ? html` <span class="quiet">(${said.needed})</span>` : '';
  const complaint = wrong
    ? html`<p class="wrong-text" id="${field}-wrong">${problemText(wrong.problem, said)}</p>`
    : '';
  const invalid = wrong ? html` aria-invalid="true" aria-describedby="${field}-wrong"` : '';
  const required = question.required ? html` required` : '';
  const options = optionsOf(question, language, said);
  const withoutAnswer = question.required ? [] : [{ value: '', text: said.noAnswer }];
  const inputs = [...options, ...withoutAnswer].map(({ value, text: label }, i) => {
    const id = i === 0 ? field : `${field}-${i}`;
    const checked = value === given ? html` checked` : '';
    return html`<div class="option"><input type="radio" id="${id}" name="${field}" value="${value}"${checked}${required}><label for="${id}">${label}</label></div>
`;
  });
  const shape = question.kind === 'choice' ? '' : 'scale';
  return html`<fieldset${invalid}><legend>${text}${needed}</legend>${complaint}<div class="${shape}">
${inputs}</div></fieldset>
`;
}

function optionsOf(
  question: Exclude<Question, { kind: 'text' }>,
  language: Language,
  said: Words,
): readonly { value: string; text: string }[] {
  switch (question.kind) {
    case 'choice':
      return question.choices.map(({ id, text }) => ({ value: id, text: textIn(text, language) }));
    case 'yes-no':
      return [
        { value: 'yes', text: said.yes },
        { value: 'no', text: said.no },
      ];
    case 'scale': {
      const ends: Readonly<Record<string, string>> = {
        1: ` (${textIn(question.lowest, language)})`,
        5: ` (${textIn(question.highest, language)})`,
      };
      return scaleSteps.map((it) => ({ value: it, text: `${it}${ends[it] ?? ''}` }));
    }
  }
}
