/** Nothing was signed: the viewer turned away, or what they chose does not fit. So nothing was changed. */
export class NotSigned extends Error {}
