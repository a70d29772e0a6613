import { html } from 'hono/html';
import type { Html } from './page.ts';

/** A question that is answered in words, with what is wrong about the answer. */
export function textField(it: {
  /** Its name in the form, and its id on the page. */
  field: string;
  label: string;
  /** Shown behind the label, such as “needed”; empty: nothing. */
  hint: string;
  given: string;
  /** Null: nothing is wrong. */
  wrong: string | null;
  required: boolean;
  maximum: number;
  /** One is a line, more are a box. */
  rows: number;
}): Html {
  const { field, given, wrong, maximum, rows } = it;
  const hint = it.hint === '' ? '' : html` <span class="quiet">(${it.hint})</span>`;
  const complaint =
    wrong === null ? '' : html`<p class="wrong-text" id="${field}-wrong">${wrong}</p>`;
  const invalid =
    wrong === null ? '' : html` aria-invalid="true" aria-describedby="${field}-wrong"`;
  const required = it.required ? html` required` : '';
  const box =
    rows === 1
      ? html`<input type="text" id="${field}" name="${field}" value="${given}" maxlength="${maximum}" autocomplete="off"${invalid}${required}>`
      : html`<textarea id="${field}" name="${field}" maxlength="${maximum}" rows="${rows}"${invalid}${required}>
${given}</textarea>`;
  return html`<div class="question"><label for="${field}">${it.label}${hint}</label>${complaint}
${box}</div>
`;
}
