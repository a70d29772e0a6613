const turning = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;
const isolates = /[\u2066-\u2069]/g;

/** What somebody else wrote, within a sentence: where it runs from right to left, it turns around nothing but itself. */
export const heldIn = (text: string): string =>
  turning.test(text) ? `\u2068${text.replaceAll(isolates, '')}\u2069` : text;
