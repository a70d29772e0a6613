/** The database cannot be used; the message says why and what to do, for whoever starts Gatehouse. */
export class DatabaseProblem extends Error {
  override readonly name = 'DatabaseProblem';
}
