/** What a list that was uploaded for a connection is about. */
export type ListKind = 'accounts' | 'equipment';

/** One row: an account and whose it is, or a thing and who has it. */
export interface ListRow {
  /** Stays the same from one list to the next. */
  readonly key: string;
  /** The login, or what people call the thing. */
  readonly name: string;
  /** Of the HR system; null: the list does not say. */
  readonly personId: string | null;
  readonly email: string | null;
  /** Only things have one. */
  readonly serial: string | null;
  /** An account that can be used; a thing that somebody has. */
  readonly isOpen: boolean;
  readonly privileged: boolean;
}

export interface ListUpload {
  readonly uploadedAt: Date;
  readonly rows: number;
  /** Rows of the file that could not be read: with any, what the list lacks means nothing. */
  readonly refusedRows: number;
}
