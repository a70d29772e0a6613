/** IAM keeps copies in many places; a change shows everywhere within seconds, by the word of AWS sometimes minutes. */
export const settlesWithinMs = 5 * 60_000;
